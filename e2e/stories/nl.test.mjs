// An, with an e-mail address, says yes to everything.
import { tell } from './tell.mjs'

tell('nl', { id: 'an', code: '73915', bank: 'belfius', email: 'an.vanlinden@voorbeeld.example', yes: true, slips: true })
