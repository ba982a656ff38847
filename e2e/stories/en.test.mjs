// Fatima, with an e-mail address, says not now.
import { tell } from './tell.mjs'

tell('en', { id: 'fatima', code: '50917', bank: 'ing', email: 'fatima@voorbeeld.example' })
