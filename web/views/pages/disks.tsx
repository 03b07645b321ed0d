import type { Child } from 'hono/jsx'
import type { DisksView } from '../../../server/contract/operations/download-shapes.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { Empty } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'

export interface DisksData {
  readonly disks: DisksView
  readonly now: number
}

type OnDisk = DisksView['machines'][number]

export function DisksPage({ disks, now }: DisksData) {
  return (
    <div class="page">
      <Heading title="Disks" up={{ href: '/library', word: 'Models' }} />
      {disks.machines.length === 0 ? (
        <Empty icon="machines" title="No machines yet">
          <p>Add a machine to see what takes the room on its disk.</p>
        </Empty>
      ) : null}
      {disks.machines.map((machine) => (
        <MachineDisk machine={machine} />
      ))}
      <Differing disks={disks} />
      <Partial disks={disks} now={now} />
      <Unused disks={disks} now={now} />
    </div>
  )
}

/** Models that have a piece of their own in the picture; the rest is one piece. */
const drawn = 6

function MachineDisk({ machine }: { readonly machine: OnDisk }) {
  const { totalBytes, freeBytes, modelBytes, models } = machine
  const whole = totalBytes ?? modelBytes
  const other = totalBytes === null || freeBytes === null ? 0 : Math.max(0, totalBytes - freeBytes - modelBytes)
  const most = models[0]?.bytes ?? 0
  const room = freeBytes === null ? '' : `${bytesInWords(freeBytes)} free of ${bytesInWords(whole)}`
  return (
    <section class="card stack" aria-label={`Disk of ${machine.name}`}>
      <div class="between">
        <h2>{machine.name}</h2>
        <span class="figure">{room}</span>
      </div>
      <svg class="disk" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label={pictureInWords(machine, other)}>
        <rect class="rest" width="1000" height="24" />
        {piecesOf(machine, whole, other)}
      </svg>
      <p class="quiet">
        {models.length} {models.length === 1 ? 'model' : 'models'}, {bytesInWords(modelBytes)}
        {other > 0 ? `; other files ${bytesInWords(other)}` : ''}
      </p>
      <ul class="stack tight shares">
        {models.map((model) => (
          <li>
            <p class="between">
              <a href={`/library/${encodeURIComponent(model.id)}`}>{model.name}</a>
              <span>
                {model.state === 'complete' ? '' : <span class="quiet">{model.state.replaceAll('_', ' ')} </span>}
                {bytesInWords(model.bytes)}
              </span>
            </p>
            <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect class="used" width={most === 0 ? 0 : ((100 * model.bytes) / most).toFixed(1)} height="4" />
            </svg>
          </li>
        ))}
      </ul>
    </section>
  )
}

function pictureInWords({ name, models, modelBytes, freeBytes }: OnDisk, other: number): string {
  const largest = models[0]
  const free = freeBytes === null ? '' : `, ${bytesInWords(freeBytes)} free`
  const first = largest === undefined ? '' : ` The largest is ${largest.name} with ${bytesInWords(largest.bytes)}.`
  return `${name}: models ${bytesInWords(modelBytes)}, other files ${bytesInWords(other)}${free}.${first}`
}

/** Pieces from left to right: the largest models, the other models, other files. Shades tell neighbours apart; the list below says which is which. */
function piecesOf(machine: OnDisk, whole: number, other: number): Child[] {
  const own = machine.models.slice(0, drawn).map((model) => model.bytes)
  const others = machine.modelBytes - own.reduce((sum, bytes) => sum + bytes, 0)
  let at = 0
  return [...own, others, other].map((bytes, index) => {
    const width = whole === 0 ? 0 : (1000 * bytes) / whole
    const kind = index === own.length + 1 ? 'other' : index % 2 === 0 ? 'model' : 'model next'
    const piece = <rect class={kind} x={at.toFixed(2)} width={width.toFixed(2)} height="24" />
    at += width
    return piece
  })
}

function Differing({ disks }: { readonly disks: DisksView }) {
  if (disks.differing.length === 0) return null
  return (
    <section class="stack">
      <h2>Copies that differ</h2>
      <p class="quiet">A switch over several Sparks needs the same version on each.</p>
      <ul class="list">
        {disks.differing.map((model) => (
          <li>
            <div class="stack tight">
              <a class="title" href={`/library/${encodeURIComponent(model.id)}`}>
                {model.name}
              </a>
              <p class="quiet">
                {model.copies.map((copy) => `${copy.name}: version ${copy.revision?.slice(0, 8) ?? 'unknown'}`).join(', ')}
              </p>
            </div>
            <a class="button" href={`/library/${encodeURIComponent(model.id)}/together`}>
              Bring them together<span class="sr">: {model.name}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Partial({ disks, now }: DisksData) {
  if (disks.partial.length === 0) return null
  return (
    <section class="stack">
      <h2>Parts of downloads that broke off</h2>
      <ul class="list">
        {disks.partial.map((part) => (
          <li>
            <div class="stack tight">
              <a class="title" href={`/library/${encodeURIComponent(part.id)}`}>
                {part.model}
              </a>
              <p class="quiet">
                {part.name}: {bytesInWords(part.bytes)} in unfinished files, nothing since <Ago at={part.since} now={now} />
              </p>
            </div>
            <div class="acts">
              <a class="button" href={`/library/downloads/new?${new URLSearchParams({ repo: part.id, [`on-${part.machine}`]: 'yes' })}`}>
                Go on<span class="sr"> with {part.model}</span>
              </a>
              <form method="post" action={`/library/${encodeURIComponent(part.id)}/parts`}>
                <button type="submit" class="button plain">
                  Remove the parts<span class="sr"> of {part.model}</span>
                </button>
              </form>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Unused({ disks, now }: DisksData) {
  if (disks.unused.length === 0) return null
  return (
    <section class="stack">
      <h2>Not used for a month, or never</h2>
      <ul class="list">
        {disks.unused.map((model) => (
          <li>
            <div class="stack tight">
              <a class="title" href={`/library/${encodeURIComponent(model.id)}`}>
                {model.name}
              </a>
              <p class="quiet">
                {bytesInWords(model.bytes)},{' '}
                {model.lastUsedAt === null ? (
                  'never used'
                ) : (
                  <>
                    last used <Ago at={model.lastUsedAt} now={now} />
                  </>
                )}
              </p>
            </div>
            <a class="button plain" href={`/library/${encodeURIComponent(model.id)}/deletion`}>
              Delete<span class="sr"> {model.name}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
