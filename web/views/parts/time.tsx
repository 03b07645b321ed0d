// Times in words. The script says the same words again every second, and adds the reader's local time as a tooltip.

/** "just now", "12 seconds ago", "in 3 minutes", "2 days ago". */
export function agoInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1000))
  if (seconds < 3) return 'just now'
  return ms < 0 ? `in ${spanInWords(ms)}` : `${spanInWords(ms)} ago`
}

/** "12 seconds", "3 minutes", "5 hours", "2 days". */
export function spanInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1000))
  if (seconds < 3) return 'a moment'
  if (seconds < 60) return counted(seconds, 'second')
  if (seconds < 3570) return counted(Math.round(seconds / 60), 'minute')
  if (seconds < 84_600) return counted(Math.round(seconds / 3600), 'hour')
  return counted(Math.round(seconds / 86_400), 'day')
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** "1:04", as on a stopwatch. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

interface At {
  readonly at: string
  readonly now: number
}

export function Ago({ at, now }: At) {
  return (
    <time datetime={at} data-time="ago">
      {agoInWords(now - Date.parse(at))}
    </time>
  )
}

/** How long something has lasted: "for 3 hours" without the "for". */
export function Span({ at, now }: At) {
  return (
    <time datetime={at} data-time="for">
      {spanInWords(now - Date.parse(at))}
    </time>
  )
}

export function Stopwatch({ at, now }: At) {
  return (
    <time datetime={at} data-time="clock">
      {stopwatch(now - Date.parse(at))}
    </time>
  )
}
