// One request of each kind, as the real server would word it.
import type { Told } from './parts.ts'

const SHOP = { id: 'winkel', name: 'Winkel Voorbeeld', domain: 'winkel-voorbeeld.be' }
const BANK = { id: 'bank', name: 'Bank Voorbeeld', domain: 'bank-voorbeeld.be' }

export const share = (): Told => ({
  kind: 'share', title: 'Gegevens delen', rp: SHOP, purpose: 'Om uw pakje thuis te leveren.',
  fields: [
    { l: 'Voornaam', v: 'An', c: 'given_name' },
    { l: 'Naam', v: 'Peeters', c: 'family_name' },
    { l: 'Adres', v: 'Kerkstraat 12, 1000 Brussel', c: 'address' },
    { l: 'E-mailadres', v: 'an@voorbeeld.be', c: 'email', o: true },
    { l: 'Geboortedatum', v: '12 maart 1955', c: 'birthdate', o: true },
  ],
  claims: ['given_name', 'family_name', 'address', 'email', 'birthdate'],
})

export const payment = (): Told => ({
  kind: 'payment', title: 'Een betaling bevestigen', rp: BANK, claims: ['name'],
  fields: [
    { l: 'Naam', v: 'An Peeters', c: 'name' },
    { l: 'Bedrag', v: '1.234.567,89 EUR' },
    { l: 'Begunstigde', v: 'Vereniging van Mede-eigenaars Residentie Zonnebloem' },
    { l: 'Rekening', v: 'BE71 0961 2345 6769' },
    { l: 'Mededeling', v: '+++090/9337/55493+++' },
  ],
})

export const text = (written: string): Told => ({ kind: 'text', title: 'Een tekst bevestigen', rp: BANK, fields: [{ l: 'Kenmerk', v: '4711' }], claims: [], text: written })

/** As long as a text may be. */
export const LONG = Array.from({ length: 40 }, (_, at) => `<b>Artikel ${at + 1}.</b> De <i>huurder</i> betaalt de huur vóór de <u>vijfde dag</u> van de maand, &lt;zonder&gt; kosten &amp; zonder herinnering. Wie te laat betaalt, betaalt interest.`).join('<br>').slice(0, 7_490).replace(/<[^>]*$|&\w*$/, '')
