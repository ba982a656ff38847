// A payment: the amount largest, then to whom. Nothing is shortened; a long number breaks between its groups only.
import { told, type Field, type Request } from '../../protocol/messages.ts'

/** The amount leads, as the operator signs it; the payee follows. */
export const amountOf = (request: Request): string => told(request)[0]?.v ?? ''
export const payeeOf = (request: Request): string => told(request)[1]?.v ?? ''

export function Payment({ request }: { request: Request }) {
  return (
    <dl class="payment" data-testid="payment">
      {told(request).map((field, at) => (
        <div key={at} class={at === 0 ? 'amount' : undefined} data-testid={at === 0 ? 'amount' : undefined}>
          <dt>{field.l}</dt>
          <dd>
            <Value field={field} whole={at === 0} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** An account number in its groups of four (ISO 13616): what follows a country and two check digits. */
const IBAN = /^[A-Z]{2}\d{2}( [A-Z0-9]{1,4}){3,8}$/

function Value({ field, whole }: { field: Field; whole: boolean }) {
  if (!whole && !IBAN.test(field.v)) return <>{field.v}</>
  return (
    <span class="figures">
      {field.v.split(' ').map((group, at) => (
        <>
          {at > 0 && ' '}
          <span class="group">{group}</span>
        </>
      ))}
    </span>
  )
}
