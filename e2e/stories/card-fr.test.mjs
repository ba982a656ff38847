// Seed 004 in fr, with a card of applet 1.8.
import { tellCard } from './tell-card.mjs'

tellCard('fr', { id: 'amelie', applet: '1.8', code: '47138', slips: false })
