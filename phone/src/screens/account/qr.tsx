import encodeQR from 'qr'

/** The quiet zone that cameras need (ISO/IEC 18004), in modules. */
const QUIET = 4

/** Rows of dark and light, with the quiet zone around. */
export const modulesOf = (text: string): boolean[][] => encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })

/** A QR code as one path: dark on light in any theme, or no camera reads it. */
export function Qr({ text, label }: { text: string; label: string }) {
  const rows = modulesOf(text)
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg class="qr" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label} data-testid="qr" data-text={text} shape-rendering="crispEdges">
      <rect width={rows.length} height={rows.length} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
