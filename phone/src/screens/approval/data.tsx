// What a service asks to know: each datum with its value. What it can do without has a switch, on until the person says otherwise.
import { refusable, shared, type Field, type Request } from '../../protocol/messages.ts'
import { useUi } from '../../ui/context.ts'
import { Track } from '../../ui/switch.tsx'

export function Data({ request }: { request: Request }) {
  const { t } = useUi()
  const choice = refusable(request).length > 0
  return (
    <>
      {choice && <p class="soft">{t('approval.choose')}</p>}
      <Lines fields={shared(request)} />
    </>
  )
}

export function Lines({ fields }: { fields: Field[] }) {
  return (
    <dl data-testid="fields">
      {fields.map((field, at) => (
        <Datum key={at} field={field} />
      ))}
    </dl>
  )
}

function Datum({ field }: { field: Field }) {
  const { state } = useUi()
  const kept = field.o === true && field.c !== undefined && state.open?.without.includes(field.c) === true
  return (
    <div data-claim={field.c} data-kept={kept || undefined}>
      <dt>{field.l}</dt>
      <dd>{field.v}</dd>
      {field.o && field.c && (
        <dd class="choose">
          <Choice claim={field.c} label={field.l} kept={kept} />
        </dd>
      )}
    </div>
  )
}

function Choice({ claim, label, kept }: { claim: string; label: string; kept: boolean }) {
  const { app, state, t } = useUi()
  const turn = () => !state.busy && app.dispatch({ type: 'without', claim, keep: !kept })
  return (
    <button type="button" class="choice" role="switch" aria-checked={!kept} aria-disabled={state.busy} data-testid={`share-${claim}`} onClick={turn}>
      <span>{t('approval.share_it', { what: label })}</span>
      <Track word={kept ? t('app.off') : t('app.on')} />
    </button>
  )
}

/** What this answer gives, by name. */
export const givenBy = (request: Request, without: readonly string[]): string[] => shared(request).filter(({ o, c }) => !(o && c && without.includes(c))).map(({ l }) => l)
