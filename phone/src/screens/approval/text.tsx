// A text to confirm. The way on opens once its end was on the screen: whoever reads with keys or by ear reaches it as well.
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { readMarkup } from '../../protocol/markup.ts'
import { useUi } from '../../ui/context.ts'
import { Icon } from '../../ui/icons.tsx'
import { MarkedText } from '../../ui/marked.tsx'

export function LongText({ text }: { text: string }) {
  const { app, state, t } = useUi()
  const parts = useMemo(() => readMarkup(text), [text])
  const end = useRef<HTMLParagraphElement>(null)
  const read = state.open?.read ?? false
  const saw = () => app.dispatch({ type: 'read' })
  useEffect(() => {
    if (!read && end.current) return whenSeen(end.current, saw)
  }, [read])
  return (
    <div class="long" data-testid="text">
      <div class="letter">
        <MarkedText parts={parts} />
      </div>
      <p ref={end} class="soft end" tabIndex={read ? -1 : 0} data-testid="text-end" onFocus={saw}>
        <Icon name="check" size={20} /> {t('approval.text_end')}
      </p>
    </div>
  )
}

/** What still has to happen before the answer. */
export function ReadFirst() {
  const { state, t } = useUi()
  return (
    <p class={state.open?.read ? 'unseen' : 'read-first'} role="status" data-testid="read-first" id="read-first">
      {state.open?.read ? t('approval.text_read') : t('approval.text_first')}
    </p>
  )
}

/** Whoever jumps to the foot of the page has passed the end. */
const FAR_PX = 1_000_000

/** Calls back once the element stands above whatever lies over the bottom of the screen. */
function whenSeen(element: HTMLElement, seen: () => void): () => void {
  let watcher: IntersectionObserver | undefined
  const watch = () => {
    watcher?.disconnect()
    watcher = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && seen(), { rootMargin: `${FAR_PX}px 0px -${covered()}px 0px`, threshold: 0.5 })
    watcher.observe(element)
  }
  watch()
  window.addEventListener('resize', watch)
  return () => {
    window.removeEventListener('resize', watch)
    watcher?.disconnect()
  }
}

/** Height of the answers, where they stay at the bottom while the page moves under them. */
function covered(): number {
  const answers = document.querySelector<HTMLElement>('.actions')
  return answers && getComputedStyle(answers).position === 'sticky' ? answers.offsetHeight : 0
}
