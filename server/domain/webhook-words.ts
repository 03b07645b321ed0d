// Sentences about webhooks and their deliveries.
import { aboutDuration } from './words.ts'

/** Why an answer is no acceptance, as the end of a sentence that begins with "It ..."; '' for 2xx. */
export function whyNotAccepted(status: number, location: string | null): string {
  if (status >= 200 && status < 300) return ''
  if (status >= 300 && status < 400) {
    const where = location === null ? '' : ` to ${location.slice(0, 200)}`
    return `answered with a redirect (${status})${where}, and redirects are not followed: give the address it leads to`
  }
  if (status === 410) return 'answered that it is gone for good (410)'
  if (status === 401 || status === 403) return `answered with status ${status}: it does not accept the signature, or wants to be signed in`
  if (status === 404) return 'answered with status 404: nothing waits for webhooks at that path'
  return `answered with status ${status}`
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const pausedBecause = {
  owner: 'Paused on purpose.',
  failing: 'Paused: it has accepted nothing for three days.',
  gone: 'Paused: it says that it is gone for good.',
  secret: 'Paused: its secret cannot be opened with the key file of this appliance. Make a new secret.',
} as const

interface Facts {
  readonly now: number
  readonly waiting: number
  readonly sendingAgain: number
  readonly failing: { readonly since: number; readonly attempts: number; readonly why: string } | null
  readonly paused: { readonly reason: keyof typeof pausedBecause } | null
  readonly anySent: boolean
}

/** What is true of a webhook now. */
export function webhookSentence({ now, waiting, sendingAgain, failing, paused, anySent }: Facts): string {
  const waits = waiting === 0 ? '' : ` ${counted(waiting, 'event')} ${waiting === 1 ? 'waits' : 'wait'}.`
  if (paused !== null) return `${pausedBecause[paused.reason]}${waits}`
  if (failing !== null) {
    const since = aboutDuration(Math.max(0, now - failing.since))
    return `Not accepted for ${since}, tried ${counted(failing.attempts, 'time')}. It ${failing.why}.${waits}`
  }
  if (sendingAgain > 0) return `${counted(sendingAgain, 'event')} ${sendingAgain === 1 ? 'is' : 'are'} being sent again.`
  if (waiting > 0) return `Being told: ${counted(waiting, 'event')} to go.`
  return anySent ? 'Up to date: nothing waits.' : 'Nothing has been sent yet.'
}
