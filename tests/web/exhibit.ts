import type { Child } from 'hono/jsx'
import type { Place } from '../../web/views/layout.tsx'

/** A page in one of its states, drawn from samples. */
export interface Exhibit {
  readonly name: string
  readonly place: Place | null
  readonly body: Child
}
