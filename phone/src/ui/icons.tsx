// One stroke set, 24 × 24; always beside a word, so hidden from screen readers.
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.6 9.3a2.5 2.5 0 0 1 4.9.7c0 1.7-2.5 2.1-2.5 3.6M12 16.8v.2',
  menu: 'M4 7h16M4 12h16M4 17h16',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2',
  phone: 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2',
  bank: 'M4 10l8-5 8 5M5 10h14M6.5 10v7M10.2 10v7M13.8 10v7M17.5 10v7M4.5 19.5h15M5 17h14',
  bell: 'M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 2h-15zM10 21h4',
  share: 'M8.5 12a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM20.5 6a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM20.5 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM8.2 10.9l7.6-3.8M8.2 13.1l7.6 3.8',
  finger: 'M12 11v3.5c0 2-.4 4-1.2 5.8M8.5 18.6c.5-1.4.7-2.9.7-4.4V11a2.8 2.8 0 0 1 5.6 0v2.5c0 2.3-.3 4.5-1 6.7M6 15.9c.2-.8.3-1.7.3-2.5V11a5.7 5.7 0 0 1 11.4 0v3c0 1.5-.1 3-.4 4.5M4 10a8.3 8.3 0 0 1 14-4.8',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM12 14.5v2.5',
  warn: 'M12 4l9 16H3zM12 10v4.5M12 17v.2',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.5 9.5h17M3.5 14.5h17M12 3c2.5 2.5 3.7 5.5 3.7 9s-1.2 6.5-3.7 9c-2.5-2.5-3.7-5.5-3.7-9S9.5 5.5 12 3z',
  list: 'M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.2M4 12h.2M4 17.5h.2',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-3.7 3.8-6 7.5-6s6.7 2.3 7.5 6',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.2',
  login: 'M13 4h5.5A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5H13M4 12h11M11 8l4 4-4 4',
  erase: 'M9 5.5h11v13H9L3.5 12zM12 9.5l5 5M17 9.5l-5 5',
  shield: 'M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5',
  card: 'M3.5 6h17v12h-17zM6.5 10h4v3.5h-4zM14 10h3.5M14 13.5h3.5',
  down: 'M6 9l6 6 6-6',
  pay: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM15.5 8.6a4.3 4.3 0 1 0 0 6.8M6.8 10.8h5.7M6.8 13.2h5.2',
  text: 'M6 3.5h8.5L18 7v13.5H6zM9 9.5h6M9 12.5h6M9 15.5h3.5',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
