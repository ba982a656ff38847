// Lucas, without an e-mail address, says not now.
import { tell } from './tell.mjs'

tell('fr', { id: 'lucas', code: '60482', bank: 'bnp-paribas-fortis' })
