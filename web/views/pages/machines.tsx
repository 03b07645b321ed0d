import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { hx } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { MachineBadge } from '../parts/badge.tsx'
import { Icon } from '../parts/icon.tsx'
import { MemoryMeter } from '../parts/memory.tsx'
import { Empty, TroubleNote } from '../parts/notice.tsx'
import { SurveyRows } from '../parts/survey.tsx'
import { Ago, spanInWords } from '../parts/time.tsx'
import { EditMachine, HostKey, type MachineData, RemoveMachine } from './machine-acts.tsx'

export interface MachinesData {
  readonly machines: readonly MachineShape[]
  readonly now: number
}

export function MachinesPage(data: MachinesData) {
  return (
    <div class="page">
      <Heading
        title="Machines"
        acts={
          <a class="button main" href="/machines/new">
            <Icon name="plus" />
            Add a machine
          </a>
        }
      />
      <MachineList {...data} />
    </div>
  )
}

export function MachineList({ machines, now }: MachinesData) {
  return (
    <div id="machine-list" class="machines">
      {machines.length === 0 ? (
        <Empty icon="machines" title="No machines yet">
          <p>Add the first: it takes two minutes. You need its IP address and a user that may run docker.</p>
          <a class="button main" href="/machines/new">
            Add a machine
          </a>
        </Empty>
      ) : null}
      {machines.map((machine) => (
        <section class="card stack" aria-label={machine.name}>
          <div class="between">
            <h2>
              <a href={`/machines/${machine.id}`}>{machine.name}</a>
            </h2>
            <MachineBadge machine={machine} />
          </div>
          <p class="quiet">
            {machine.user}@{machine.address}
            {machine.gpuName === null ? '' : `, ${machine.gpuName}`}
          </p>
          {machine.trouble === null ? null : <p>{machine.trouble.sentence}</p>}
          <MemoryMeter machine={machine} now={now} label="Memory" />
          <p class="quiet">{runsLine(machine)}</p>
        </section>
      ))}
    </div>
  )
}

/** The driver may be gone while everything else on the machine answers. */
const gpuSilent = 'nvidia-smi does not answer'
const isGpuSilent = (machine: MachineShape): boolean => machine.observedAt !== null && machine.gpuName === null

function runsLine(machine: MachineShape): string {
  const running = (machine.containers ?? []).filter((container) => container.state === 'running')
  const temperature = machine.gpu?.temperatureC ?? null
  const gpu = isGpuSilent(machine) ? `${gpuSilent}. ` : temperature === null ? '' : `${temperature} °C. `
  if (machine.containers === null) return `${gpu}What runs on it is not known.`
  return `${gpu}${running.length === 0 ? 'No container is running.' : `Running: ${running.map((container) => container.name).join(', ')}.`}`
}

export function MachinePage(data: MachineData) {
  const { machine, trouble } = data
  return (
    <div class="page narrow">
      <Heading title={machine.name} up={{ href: '/machines', word: 'Machines' }} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <MachineNow {...data} />
      <SurveyPart {...data} />
      <EditMachine {...data} />
      <RemoveMachine {...data} />
    </div>
  )
}

/** What the machine says of itself; the live part of its page. */
export function MachineNow({ machine, now }: MachineData) {
  return (
    <div id={`machine-${machine.id}`} class="page" data-announce={`${machine.name}: ${machine.state}`}>
      <div class="between">
        <p class="tags">
          <MachineBadge machine={machine} />
          <span class="quiet">
            {machine.observedAt === null ? (
              'Not looked at yet'
            ) : (
              <>
                Checked <Ago at={machine.observedAt} now={now} />
              </>
            )}
          </span>
        </p>
        <form
          method="post"
          action={`/machines/${machine.id}/check`}
          {...hx({ post: `/machines/${machine.id}/check`, target: `#machine-${machine.id}`, swap: 'outerMorph', disable: 'find button' })}
        >
          <button type="submit" class="button">
            Check now
          </button>
        </form>
      </div>
      {machine.trouble === null ? null : (
        <div class="stack">
          <TroubleNote trouble={{ ...machine.trouble, happened: machine.trouble.sentence }} />
          {machine.trouble.code === 'machine_refused_key' ? (
            <p>
              <a class="button" href={`/machines/new?machine=${machine.id}`}>
                Show the key to add
              </a>
            </p>
          ) : null}
        </div>
      )}
      <HostKey machine={machine} />
      <div class="card stack" {...(machine.stale ? { 'data-stale': '' } : {})}>
        <MemoryMeter machine={machine} now={now} label="Memory" />
        <Facts machine={machine} now={now} />
        {machine.stale && machine.observedAt !== null ? (
          <p class="quiet">
            These values are as of <Ago at={machine.observedAt} now={now} />.
          </p>
        ) : null}
      </div>
      <Containers machine={machine} />
    </div>
  )
}

function Facts({ machine, now }: { readonly machine: MachineShape; readonly now: number }) {
  const { gpu, disk, launcher } = machine
  const facts: (readonly [string, unknown])[] = [
    ['GPU', isGpuSilent(machine) ? gpuSilent : null],
    ['GPU load', known(gpu?.loadPercent, ' %')],
    ['Temperature', known(gpu?.temperatureC, ' °C')],
    ['Power', known(gpu?.powerW, ' W')],
    ['Clock', known(gpu?.smMHz, ' MHz')],
    ['Disk', disk === null ? null : `${bytesInWords(disk.freeBytes)} free of ${bytesInWords(disk.totalBytes)}`],
    ['Up for', machine.uptimeSeconds === null ? null : spanInWords(machine.uptimeSeconds * 1000)],
    ['Restarted', machine.rebootedAt === null ? null : <Ago at={machine.rebootedAt} now={now} />],
    ['Driver', machine.driver],
    ['Address', `${machine.user}@${machine.address}:${machine.port}`],
    ['Fabric address', machine.fabricAddress],
    ['VPN address', machine.vpnAddress],
    ['Launcher', launcher === null ? 'not found' : `${launcher.path}${launcher.date === null ? '' : `, of ${launcher.date}`}`],
    ['Model cache', machine.cachePath ?? disk?.path ?? null],
    ['Host key', machine.hostKey],
  ]
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([word, value]) => (
          <div data-wide={wide.has(word) ? '' : undefined}>
            <dt>{word}</dt>
            <dd>{value as string}</dd>
          </div>
        ))}
    </dl>
  )
}

const wide: ReadonlySet<string> = new Set(['Launcher', 'Model cache', 'Host key'])

/** What a Spark does not tell is absent, never 0. */
function known(value: number | null | undefined, unit: string): string | null {
  return value === null || value === undefined ? null : `${Math.round(value)}${unit}`
}

const dockerWords = {
  permission: 'This user may not use docker without sudo, so what runs here is not known.',
  not_running: 'Docker is not running on this machine.',
  missing: 'Docker is not installed on this machine.',
} as const

function Containers({ machine }: { readonly machine: MachineShape }) {
  if (machine.dockerProblem !== null)
    return <p class="quiet">{dockerWords[machine.dockerProblem]} The set-up check has the command that mends it.</p>
  if (machine.containers === null || machine.containers.length === 0) return <p class="quiet">No containers here.</p>
  return (
    <section class="stack">
      <h2>Containers</h2>
      <ul class="list">
        {machine.containers.map((container) => (
          <li>
            <div class="stack tight">
              <strong>{container.name}</strong>
              <p class="quiet">{container.image}</p>
            </div>
            <p class="quiet">
              {container.status === '' ? container.state : container.status}
              {container.ours ? '' : ', not ours: left alone'}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function SurveyPart({ machine, survey }: MachineData) {
  const href = `/machines/${machine.id}/survey`
  return (
    <section id="survey" class="stack" aria-live="polite">
      <div class="between">
        <h2>Set-up check</h2>
        <a class="button" href={href} {...hx({ get: href, target: '#survey', swap: 'outerHTML' })}>
          {survey === undefined ? 'Run the check' : 'Run it again'}
        </a>
      </div>
      {survey === undefined ? (
        <p class="quiet">
          Looks at docker, the launcher, the image, the cache, the link between the Sparks and the disk. It changes nothing.
        </p>
      ) : (
        <SurveyRows survey={survey} />
      )}
    </section>
  )
}

/** The answer to "Run the check" without a page around it. */
export function SurveyFragment(data: MachineData) {
  return data.trouble === undefined ? (
    <SurveyPart {...data} />
  ) : (
    <section id="survey" class="stack">
      <TroubleNote trouble={data.trouble} />
      <p>
        <a class="button" href={`/machines/${data.machine.id}/survey`}>
          Run the check again
        </a>
      </p>
    </section>
  )
}
