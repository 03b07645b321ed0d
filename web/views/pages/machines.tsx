import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import type { Agreement } from '../../../server/domain/agreement.ts'
import { hx } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { MachineBadge } from '../parts/badge.tsx'
import { CheckNow } from '../parts/check-now.tsx'
import { Icon } from '../parts/icon.tsx'
import { DiskGroup, GpuGroup, Group, KeyGroup, LinkGroup, StartGroup, VersionGroup } from '../parts/machine-groups.tsx'
import { DropCaches, MemoryPicture } from '../parts/machine-memory.tsx'
import { MemoryMeter } from '../parts/memory.tsx'
import { NamedMachines, type NamedMachinesData } from '../parts/named-machines.tsx'
import { Empty, Note, TroubleNote } from '../parts/notice.tsx'
import { isShort, PressureNote } from '../parts/pressure.tsx'
import { SurveyRows } from '../parts/survey.tsx'
import { Ago } from '../parts/time.tsx'
import { EditMachine, HostKey, type MachineData, RemoveMachine } from './machine-acts.tsx'

export interface MachinesData {
  readonly machines: readonly MachineShape[]
  readonly agreements: readonly Agreement[]
  readonly now: number
}

export function MachinesPage(data: MachinesData & NamedMachinesData) {
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
      <NamedMachines {...data} />
      <MachineList {...data} />
    </div>
  )
}

export function MachineList({ machines, agreements, now }: MachinesData) {
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
          <PressureNote machine={machine} />
          {machine.trouble === null && machine.well.state !== 'well' ? <p>{machine.well.sentence}</p> : null}
          <p class="quiet">{runsLine(machine)}</p>
        </section>
      ))}
      <Agreements agreements={agreements} />
    </div>
  )
}

/** Only a difference is in the way of something; that all agree is said quietly. */
function Agreements({ agreements }: Pick<MachinesData, 'agreements'>) {
  if (agreements.length === 0) return null
  return (
    <section class="stack wide" aria-label="Do they agree?">
      <h2>Do they agree?</h2>
      {agreements.map((one) =>
        one.agree ? (
          <p class="quiet">{one.sentence}</p>
        ) : (
          <Note kind="warn" icon="warning">
            {one.sentence}
          </Note>
        ),
      )}
    </section>
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
  const { machine } = data
  return (
    <div class="page narrow">
      <Heading title={machine.name} up={{ href: '/machines', word: 'Machines' }} />
      <MachineNow {...data} />
      {data.watched}
      <KeyGroup machine={machine} now={data.now} />
      <SurveyPart {...data} />
      <EditMachine {...data} />
      <RemoveMachine {...data} />
    </div>
  )
}

const wellKinds = { well: 'good', look: 'warn', unwell: 'bad', unknown: 'plain' } as const
const wellIcons = { well: 'check', look: 'warning', unwell: 'warning', unknown: 'machines' } as const

/** The first thing on the page: is this Spark well? */
function WellNote({ machine }: { readonly machine: MachineShape }) {
  const { state, sentence, notes } = machine.well
  const others = notes.filter((note) => note.sentence !== sentence)
  // Never well and short of memory at once.
  if (state === 'well' && isShort(machine)) return null
  return (
    <Note kind={wellKinds[state]} icon={wellIcons[state]}>
      <p class="well">{sentence}</p>
      {others.map((note) => (
        <p>{note.sentence}</p>
      ))}
    </Note>
  )
}

/** What the machine says of itself; the live part of its page. */
export function MachineNow({ machine, now, trouble }: MachineData) {
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
        <CheckNow path={`/machines/${machine.id}/check`} target={`machine-${machine.id}`} />
      </div>
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      {machine.trouble === null ? (
        <WellNote machine={machine} />
      ) : (
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
      <PressureNote machine={machine} />
      <HostKey machine={machine} />
      <Group title="Memory" stale={machine.stale}>
        <MemoryPicture machine={machine} now={now} />
        <DropCaches machine={machine} now={now} />
      </Group>
      <GpuGroup machine={machine} now={now} />
      <Containers machine={machine} />
      <DiskGroup machine={machine} now={now} />
      <LinkGroup machine={machine} now={now} />
      <StartGroup machine={machine} now={now} />
      <VersionGroup machine={machine} now={now} />
    </div>
  )
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
              <p class="tags">
                <strong>{container.name}</strong>
                <ContainerRole {...container} />
              </p>
              <p class="quiet">
                {container.status === '' ? container.state : container.status} · {container.image}
              </p>
            </div>
            <a
              class="button small"
              href={`/machines/${machine.id}/containers/${container.name}/log`}
              aria-label={`Log of ${container.name}`}
            >
              Log
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ContainerRole({ ours, service }: NonNullable<MachineShape['containers']>[number]) {
  if (ours) return <span class="quiet">the model</span>
  if (service === null) return <span class="quiet">left alone</span>
  return (
    <a class="quiet" href={`/services/${service.id}`}>
      {service.name}
    </a>
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
