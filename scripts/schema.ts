// Writes the pages under docs/ that are drawn from the contract's tables, and the page of long runs from its record: `make docs`. tests/contract/docs.test.ts keeps them fresh.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { actOf } from '../server/contract/acts.ts'
import type { Operation } from '../server/contract/define.ts'
import { type ErrorCode, errors, tellError } from '../server/contract/errors.ts'
import { machineErrors } from '../server/contract/errors-of-machines.ts'
import { outcomeErrors } from '../server/contract/errors-of-outcomes.ts'
import { startErrors } from '../server/contract/errors-of-starts.ts'
import { type EventType, events } from '../server/contract/events.ts'
import { operations } from '../server/contract/index.ts'
import { pinName, wordsOf } from '../server/contract/setting-words.ts'
import { type SettingKey, settings } from '../server/contract/settings.ts'
import { literalFirst } from '../server/http/api.ts'
import { openApiDocument } from '../server/http/openapi.ts'
import { reliabilityPage } from './reliability.ts'

const root = new URL('../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
const note = 'Drawn from the tables in `server/contract/` by `make docs`; do not edit.'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
const code = (text: string): string => `\`${text}\``
const page = (...parts: readonly string[]): string => `${parts.join('\n\n')}\n`

function errorsPage(): string {
  const rows = (Object.keys(errors) as ErrorCode[]).sort().map((name) => {
    const told = tellError(name, errors[name].sample as never)
    const retry = { no: 'no', yes: 'yes', after: 'after the seconds in Retry-After' }[errors[name].retry]
    return [code(name), String(told.status), told.happened, told.now === '' ? 'What the switch itself says.' : told.now, told.next, retry]
  })
  return page(
    '# Errors',
    note,
    'Every failure has a code that stays the same, and says what happened, what is true now and what to do. The words below are those of an example. Under `/api` it is a problem of RFC 9457, under `/v1` it has the shape OpenAI clients read and the header `x-spark-control: origin`.',
    table(['Code', 'Status', 'What happened', 'What is true now', 'What to do', 'Worth trying again'], rows),
  )
}

/** What an owner may see, as a set: the same words as on the page. */
function failuresPage(): string {
  const part = (title: string, names: readonly string[]): string => {
    const rows = names.map((name) => {
      const { title: short, happened, next, run, act } = tellError(name as ErrorCode, errors[name as ErrorCode].sample as never)
      const button = act === null ? '' : actOf(act, { machine: { id: null, name: 'spark-1' } }).label
      return [short, happened, run === null ? next : `${next} ${code(run)}`, button]
    })
    return `## ${title}\n\n${table(['In short', 'What happened, for example', 'What to do', 'The button'], rows)}`
  }
  return page(
    '# What can go wrong, in words',
    note,
    'Every failure is told in three parts: what happened, what is true now, and what to do, with the line of the log that told it and one button where one act helps. What is true now is looked at each time: whether the old model is back, still answers, was never touched, or nothing answers. `make pictures` draws each of them.',
    part('A model does not start', Object.keys(startErrors)),
    part('A switch ends badly', Object.keys(outcomeErrors)),
    part('A machine', Object.keys(machineErrors)),
  )
}

/** Which of the places counts, and what each is for. */
const settingsWords = [
  'A setting is read at the moment it is used: a change counts from the next use on, nothing is restarted. Change one under Settings, or with `PUT /api/settings/{key}`.',
  'The first of these that says something counts:',
  [
    '1. **Pin**: the environment variable of the column "Pinned by", for as long as it is set. The page shows the value and the name of the variable, and cannot change it.',
    '2. **Stored**: what somebody set, or what was seeded. It stays over restarts and updates.',
    '3. **Default**.',
  ].join('\n'),
  'A **seed** is a name that an earlier installation used. It is read at the first start that finds it, if nobody ever set that setting, and is then stored as if the owner had typed it: later changes of the variable, and its going, change nothing. "Back to the default" is kept as well. To keep a setting in the hand of the environment, use the pin.',
  'The machines of an earlier installation are seeded too: `SPARK1_HOST` to `SPARK9_HOST` with `SSH_USER` and, where it is not 22, `SSH_PORT`. Each is taken once, also when its machine is removed later. An IP address with a user becomes a machine. A name such as `spark-1.local` becomes a machine that needs an address: such names are found by multicast, which does not reach into containers, and may lead to another computer tomorrow. It is listed under Machines with a field for its address, and never contacted before.',
  'So is its bot: `MATRIX_BRIDGE_USER`, with `MATRIX_BRIDGE_UNIT` (else `matrix-bridge.service`) and `MATRIX_BRIDGE_DIR`, becomes the first bot under Services, on the first machine in the list. Without a user there is none.',
  'An environment variable that cannot be used stops the start with a sentence (exit code 78). One that is set to nothing counts as not set.',
]

function settingsPage(): string {
  const groups = Map.groupBy(Object.keys(settings) as SettingKey[], (key) => settings[key].group)
  const parts = [...groups].map(([group, keys]) => {
    const rows = keys.map((key) => {
      const row = settings[key]
      return [
        code(key),
        row.label,
        `${code(JSON.stringify(row.default))}${row.unit === null ? '' : ` ${row.unit}`}`,
        wordsOf(row).allowed ?? '',
        code(pinName(key)),
        row.env === null ? '' : code(row.env),
        row.secret ? `${row.help} A secret: sealed at rest, never shown.` : row.help,
      ]
    })
    return `## ${group}\n\n${table(['Setting', 'Label', 'Default', 'Takes', 'Pinned by', 'Seeded from', 'Meaning'], rows)}`
  })
  return page('# Settings', note, ...settingsWords, ...parts)
}

function eventsPage(): string {
  const rows = (Object.keys(events) as EventType[]).sort().map((type) => {
    const row = events[type] as { sample: Record<string, unknown>; sentence: (sample: never) => string; webhook: boolean }
    return [code(type), row.sentence(row.sample as never), code(JSON.stringify(row.sample)), row.webhook ? 'yes' : 'no']
  })
  return page(
    '# Events',
    note,
    'What happens is numbered and kept. `GET /api/events` streams it (`Last-Event-ID` goes on exactly where a reader left) or lists it for `Accept: application/json` with `?after=&limit=`.',
    table(['Event', 'In words', 'Payload of an example', 'Webhook'], rows),
  )
}

function rightWords({ right, orScope, ownerOnly }: Operation): string {
  if (right === 'anyone') return 'none'
  if (ownerOnly === true) return `${right}, and the owner alone`
  return orScope === undefined ? right : `${right}, or a key with the scope ${orScope}`
}

function operationPart(id: string, row: Operation): string {
  const rows = row.examples.map((example) => {
    const query = new URLSearchParams(example.query)
    const path = row.path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(example.params?.[name] ?? ''))
    const asked = `${row.method.toUpperCase()} ${path}${query.size > 0 ? `?${query}` : ''}`
    const sent = example.in === undefined ? '' : `\n\n${JSON.stringify(example.in, null, 2)}`
    return `${example.title}:\n\n\`\`\`http\n${asked}${sent}\n\`\`\``
  })
  const status = [row.status, row.alsoStatus].filter((one) => one !== undefined).join(' or ')
  const refusals = row.errors.length === 0 ? '' : ` Refusals: ${row.errors.map(code).join(', ')}.`
  return [
    `## ${row.method.toUpperCase()} ${row.path.replace(/:([a-zA-Z]+)/g, '{$1}')}`,
    `${row.summary}. ${row.description ?? ''}`.trim(),
    `${code(id)}, answers ${status}. Right: ${rightWords(row)}. Risk: ${row.risk}.${refusals}`,
    ...rows,
  ].join('\n\n')
}

function apiPage(): string {
  const rows = literalFirst(Object.entries(operations as Record<string, Operation>))
  return page(
    '# The API',
    note,
    'Times are ISO 8601 UTC, sizes bytes, absent values null. The whole of it, with every shape, is `openapi.json` beside this page and `/openapi.json` of the appliance. What can go wrong is in [ERRORS.md](../ERRORS.md).',
    ...rows.map(([id, row]) => operationPart(id, row)),
  )
}

/** Every drawn page by its path from the root. */
export function drawnPages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/ERRORS.md', errorsPage()],
    ['docs/FAILURES.md', failuresPage()],
    ['docs/SETTINGS.md', settingsPage()],
    ['docs/EVENTS.md', eventsPage()],
    ['docs/generated/API.md', apiPage()],
    ['docs/RELIABILITY.md', reliabilityPage()],
    ['docs/generated/openapi.json', `${JSON.stringify(openApiDocument(version), null, 2)}\n`],
  ])
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(new URL('docs/generated/', root), { recursive: true })
  for (const [path, text] of drawnPages()) writeFileSync(new URL(path, root), text)
  console.log([...drawnPages().keys()].join('\n'))
}
