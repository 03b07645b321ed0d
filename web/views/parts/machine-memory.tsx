// Who holds the memory of a Spark: one picture, the same in words, and letting the kernel give back what it holds for files.
import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { letGoCommand, letGoLine } from '../../../server/domain/drop-caches.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { hx } from '../../hx.ts'
import { Copyable } from './code.tsx'
import { Ago } from './time.tsx'

interface Props {
  readonly machine: MachineShape
  readonly now: number
}

type Parts = NonNullable<MachineShape['memoryParts']>
type Share = readonly [kind: string, word: string, bytes: number]

const sharesOf = (parts: Parts): readonly Share[] =>
  (
    [
      ['engine', 'The model', parts.engineBytes],
      ['services', 'Other programs on the GPU', parts.servicesBytes],
      ['rest', parts.engineBytes === null ? 'Programs and the system' : 'The rest of the system', parts.restBytes],
      ['files', 'Files, given back when needed', parts.reclaimableBytes],
      ['free', 'Free', parts.freeBytes],
    ] as const
  ).flatMap(([kind, word, bytes]): Share[] => (bytes === null || bytes === 0 ? [] : [[kind, word, bytes]]))

export function MemoryPicture({ machine, now }: Props) {
  const parts = machine.memoryParts
  if (parts === null || parts.totalBytes === 0) return <p class="quiet">Its memory is not known yet.</p>
  const shares = sharesOf(parts)
  let at = 0
  return (
    <div class="stack freshness" {...(machine.stale ? { 'data-stale': '' } : {})}>
      <svg class="parts" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label={parts.sentence}>
        {shares.map(([kind, , bytes]) => {
          const width = (1000 * bytes) / parts.totalBytes
          const x = at
          at += width
          return <rect data-kind={kind} x={x.toFixed(1)} width={width.toFixed(1)} height="24" />
        })}
      </svg>
      <ul class="legend">
        {shares.map(([kind, word, bytes]) => (
          <li>
            <svg class="parts swatch" viewBox="0 0 12 12" aria-hidden="true">
              <rect data-kind={kind} width="12" height="12" />
            </svg>
            <span>{word}</span>
            <span class="figure">{bytesInWords(bytes)}</span>
          </li>
        ))}
      </ul>
      {machine.stale && machine.observedAt !== null ? (
        <p class="quiet">
          as of <Ago at={machine.observedAt} now={now} />
        </p>
      ) : null}
    </div>
  )
}

/** One button where the owner installed the line that allows it; the line and its reason where not. */
export function DropCaches({ machine, now }: Props) {
  const may = machine.slow?.mayDropCaches ?? null
  const files = machine.memoryParts?.reclaimableBytes ?? 0
  return (
    <div class="stack drop">
      {machine.dropped === null ? null : (
        <p role="status">
          Caches were dropped <Ago at={machine.dropped.at} now={now} />. {machine.dropped.sentence}
        </p>
      )}
      {may === true && machine.state === 'reachable' ? (
        <form
          class="stack tight"
          method="post"
          action={`/machines/${machine.id}/drop-caches`}
          {...hx({
            post: `/machines/${machine.id}/drop-caches`,
            target: `#machine-${machine.id}`,
            swap: 'outerMorph',
            disable: 'find button',
          })}
        >
          <p class="quiet">
            {bytesInWords(files)} hold files. Dropping them stops nothing and loses nothing; what is needed again is read from the disk
            again.
          </p>
          <p>
            <button type="submit" class="button">
              Drop caches
            </button>
          </p>
        </form>
      ) : null}
      {may === false ? <HowToAllow machine={machine} /> : null}
      {may === null && machine.observedAt !== null ? <p class="quiet">Whether caches may be dropped here is not known yet.</p> : null}
    </div>
  )
}

function HowToAllow({ machine }: Pick<Props, 'machine'>) {
  const command = letGoCommand(machine.user)
  return (
    <details class="more">
      <summary>Let Spark Control drop caches here</summary>
      <div class="stack">
        <p>
          Files that were read stay in memory, and some images count that as taken. Dropping them needs root, so it needs one line in
          sudoers. It allows {machine.user} to write to one file of the kernel by one program, with no other words, and nothing else.
          Whoever uses it can make the machine read files again, and no more.
        </p>
        <p>Paste this in a terminal on {machine.name}, then press "Check now":</p>
        <Copyable id={`allow-${machine.id}`} label={`Line that lets Spark Control drop caches on ${machine.name}`}>
          {command ?? letGoLine(machine.user)}
        </Copyable>
      </div>
    </details>
  )
}
