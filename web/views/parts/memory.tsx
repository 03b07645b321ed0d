import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { Meter } from './meter.tsx'
import { Ago } from './time.tsx'

/** Never by what is used: a healthy Spark rests at 90 to 98 %. */
const isTight: ReadonlySet<string> = new Set(['warning', 'high', 'critical'])

interface Props {
  readonly machine: MachineShape
  readonly now: number
  readonly label?: string
}

/** Memory of one Spark; an old figure is dimmed and says how old it is. */
export function MemoryMeter({ machine, now, label = `Memory of ${machine.name}` }: Props) {
  const { memory } = machine
  if (memory === null) {
    return (
      <div class="meter" data-stale="">
        <p class="between">
          <span>{label}</span> <span class="figure">not known</span>
        </p>
      </div>
    )
  }
  const used = memory.totalBytes - memory.availableBytes
  const stale = machine.stale && machine.observedAt !== null
  return (
    <div class="freshness" {...(stale ? { 'data-stale': '' } : {})}>
      <Meter
        label={label}
        figure={`${gigabytes(used)} of ${bytesInWords(memory.totalBytes)}`}
        percent={memory.totalBytes === 0 ? 0 : (100 * used) / memory.totalBytes}
        level={machine.pressure !== null && isTight.has(machine.pressure.level) ? 'high' : 'normal'}
        note={
          stale && machine.observedAt !== null ? (
            <>
              as of <Ago at={machine.observedAt} now={now} />
            </>
          ) : (
            `${bytesInWords(memory.availableBytes)} free${pressure(memory.pressure)}`
          )
        }
      />
    </div>
  )
}

function gigabytes(bytes: number): string {
  return String(Math.round(bytes / 1e9))
}

function pressure(value: number | null): string {
  return value !== null && value >= 10 ? ', under pressure' : ''
}
