// An e-mail address: one field, sent with Enter too, its trouble told in place.
import { Trouble } from './trouble.tsx'
import { useUi } from './context.ts'

export function EmailForm({ value, type, send }: { value: string; type: (email: string) => void; send: () => void }) {
  const { state, t } = useUi()
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div class="field">
        <label for="email">{t('app.email.label')}</label>
        <input
          id="email"
          data-testid="email"
          type="email"
          inputMode="email"
          autocomplete="email"
          autocapitalize="none"
          spellcheck={false}
          value={value}
          aria-describedby="trouble"
          aria-invalid={state.problem !== null}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      <Trouble />
    </form>
  )
}
