// Seed 004 in nl, with a card of applet 1.7.
import { tellCard } from './tell-card.mjs'

tellCard('nl', { id: 'griet', applet: '1.7', code: '73915', email: 'griet.dewaele@voorbeeld.example', slips: true })
