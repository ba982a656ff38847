// Sophie, with a number from Luxembourg.
import { tell } from './tell.mjs'

tell('de', { id: 'sophie', code: '73915', bank: 'kbc', yes: true })
