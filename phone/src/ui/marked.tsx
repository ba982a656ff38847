import type { Marked } from '../protocol/markup.ts'

/** Bold, italic, underlined and line ends, as elements that we make ourselves. */
export function MarkedText({ parts }: { parts: Marked[] }) {
  return <>{parts.map((part, at) => <Part key={at} part={part} />)}</>
}

function Part({ part }: { part: Marked }) {
  if (part === null) return <br />
  if (typeof part === 'string') return <>{part}</>
  const Tag = part.style
  return (
    <Tag>
      <MarkedText parts={part.inside} />
    </Tag>
  )
}
