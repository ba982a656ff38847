import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

/** A modal sheet; Escape and the button close it, focus returns to where it was. */
export function Dialog({ title, close, onClose, children }: { title: string; close: string; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    ref.current?.showModal()
    // The beginning of a long text, not the button at its end.
    ref.current?.querySelector<HTMLElement>('#dialog-title')?.focus()
    return () => before?.focus?.()
  }, [])
  return (
    <dialog ref={ref} aria-labelledby="dialog-title" onClose={onClose} onClick={(event) => event.target === ref.current && onClose()}>
      <div class="sheet">
        <h2 id="dialog-title" tabIndex={-1}>{title}</h2>
        {children}
        <button type="button" class="secondary" data-testid="close" onClick={onClose}>
          <Icon name="cross" /> {close}
        </button>
      </div>
    </dialog>
  )
}
