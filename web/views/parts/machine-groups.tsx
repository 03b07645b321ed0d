// The facts of a machine in groups: GPU, disks, links, starts, versions, key. What is not known is left out or said, never 0.
import type { Child, PropsWithChildren } from 'hono/jsx'
import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { fullShare } from '../../../server/domain/machine-marks.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { hx } from '../../hx.ts'
import { type FactRow, Facts } from './facts.tsx'
import { Meter } from './meter.tsx'
import { Ago, spanInWords } from './time.tsx'

export interface GroupProps {
  readonly machine: MachineShape
  readonly now: number
}

interface GroupFrame {
  readonly title: string
  readonly stale?: boolean
  readonly side?: Child
}

export function Group({ title, stale = false, side, children }: PropsWithChildren<GroupFrame>) {
  return (
    <section class="card stack group" aria-label={title} {...(stale ? { 'data-stale': '' } : {})}>
      <div class="between">
        <h2>{title}</h2>
        {side ?? null}
      </div>
      {children}
    </section>
  )
}

/** What a Spark does not tell is absent, never 0. */
function known(value: number | null | undefined, unit: string): string | null {
  return value === null || value === undefined ? null : `${Math.round(value)}${unit}`
}

export function GpuGroup({ machine }: GroupProps) {
  const { gpu, gpuClock } = machine
  if (machine.observedAt !== null && machine.gpuName === null) {
    return (
      <Group title="GPU" stale={machine.stale}>
        <p>nvidia-smi does not answer, so nothing is known of the GPU. A restart of the machine usually mends it.</p>
      </Group>
    )
  }
  const clock = gpu?.smMHz == null ? null : `${gpu.smMHz}${gpuClock?.maxMHz == null ? '' : ` of ${gpuClock.maxMHz}`} MHz`
  return (
    <Group title="GPU" stale={machine.stale}>
      <Facts
        rows={[
          ['Load', known(gpu?.loadPercent, ' %')],
          ['Temperature', known(gpu?.temperatureC, ' °C')],
          ['Power', known(gpu?.powerW, ' W')],
          ['Clock', clock],
        ]}
      />
      {gpuClock?.sentence == null ? null : <p class="quiet">{gpuClock.sentence}</p>}
    </Group>
  )
}

export function DiskGroup({ machine }: GroupProps) {
  const { disks } = machine
  if (disks.length === 0) return null
  return (
    <Group title={disks.length === 1 ? 'Disk' : 'Disks'} stale={machine.stale}>
      {disks.map((disk) => (
        <Meter
          label={disk.path}
          figure={`${bytesInWords(disk.freeBytes)} free of ${bytesInWords(disk.totalBytes)}`}
          percent={disk.totalBytes === 0 ? 0 : (100 * (disk.totalBytes - disk.freeBytes)) / disk.totalBytes}
          level={disk.freeBytes < disk.totalBytes * fullShare ? 'high' : 'normal'}
        />
      ))}
      <p class="quiet">
        <a href="/library/disks">See which models take the room</a>
      </p>
    </Group>
  )
}

const linkWords = { wired: 'network', wifi: 'Wi-Fi', fabric: 'cable between Sparks', vpn: 'VPN' } as const
type Link = MachineShape['links'][number]

function linkState({ up, speedMbps }: Link): string {
  if (up === null) return 'in use'
  if (!up) return 'down'
  if (speedMbps === null) return 'up'
  return speedMbps >= 1000 ? `up, ${speedMbps / 1000} Gb/s` : `up, ${speedMbps} Mb/s`
}

/** What is up and has an address first; a port that nobody uses is of no interest, one with errors is. */
export function LinkGroup({ machine }: GroupProps) {
  const { links, fabric } = machine
  const shown = links.filter((link) => link.up !== false || (link.errors ?? 0) > 0 || link.addresses.length > 0)
  const hidden = links.length - shown.length
  if (links.length === 0 && machine.vpnAddress === null && machine.fabricAddress === null) return null
  return (
    <Group title="Network" stale={machine.stale}>
      {fabric === null ? null : <p>{fabric.sentence}</p>}
      <Facts
        rows={[
          ['Address', `${machine.user}@${machine.address}:${machine.port}`],
          ['Address on the cable', machine.fabricAddress],
          ['VPN address', machine.vpnAddress],
        ]}
      />
      {shown.length === 0 ? null : (
        <ul class="links">
          {shown.map((link) => (
            <li>
              <span>
                <strong>{link.name}</strong> <span class="quiet">{linkWords[link.kind]}</span>
              </span>
              <span>{linkState(link)}</span>
              <span class="quiet">
                {[
                  link.addresses.join(', '),
                  link.mtu === null ? '' : `MTU ${link.mtu}`,
                  link.errors === null ? '' : link.errors === 0 ? 'no errors' : `${link.errors} errors since its start`,
                ]
                  .filter((one) => one !== '')
                  .join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      )}
      {hidden === 0 ? null : <p class="quiet">{hidden === 1 ? 'One more port is' : `${hidden} more ports are`} down and not in use.</p>}
    </Group>
  )
}

export function StartGroup({ machine, now }: GroupProps) {
  const { boots, uptimeSeconds } = machine
  if (machine.observedAt === null) return null
  return (
    <Group title="Starts" stale={machine.stale}>
      {uptimeSeconds === null ? null : <p>It has been up for {spanInWords(uptimeSeconds * 1000)}.</p>}
      {boots === null ? (
        <p class="quiet">Its records of earlier starts cannot be read.</p>
      ) : (
        <ul class="links">
          {boots.map((boot) => (
            <li>
              <span>
                Started <Ago at={boot.at} now={now} />
              </span>
              <span {...(boot.cause === 'unknown' || boot.cause === 'heat' ? {} : { class: 'quiet' })}>{boot.sentence}</span>
            </li>
          ))}
        </ul>
      )}
    </Group>
  )
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)

export function VersionGroup({ machine, now }: GroupProps) {
  const { launcher, slow } = machine
  const update = slow?.launcher ?? null
  const dated = launcher === null ? 'not found' : `${launcher.path}${launcher.date === null ? '' : `, of ${launcher.date}`}`
  const commit = launcher?.commit == null ? '' : ` (${launcher.commit.slice(0, 7)})`
  return (
    <Group
      title="Versions"
      stale={machine.stale}
      side={
        slow === null ? undefined : (
          <span class="quiet">
            Looked at <Ago at={slow.at} now={now} />
          </span>
        )
      }
    >
      <Facts
        rows={[
          ['Launcher', machine.observedAt === null ? null : `${dated}${commit}`, true],
          ...(slow?.images ?? []).map(
            (image): FactRow => [`Image ${image.ref}`, image.id === null ? 'not on this machine' : short(image.id)],
          ),
          ['GPU driver', machine.driver],
          ['Kernel', machine.kernel],
          ['Model cache', machine.cachePath ?? machine.disk?.path ?? null, true],
        ]}
      />
      {update === null ? null : <p>{update.sentence}</p>}
      {update?.standing === 'behind' ? (
        <p>
          <a class="button" href={`/machines/${machine.id}/launcher`}>
            See what an update brings
          </a>
        </p>
      ) : null}
      {machine.observedAt !== null && slow === null ? <p class="quiet">Images and updates have not been looked at yet.</p> : null}
      {machine.observedAt === null ? null : (
        <form
          method="post"
          action={`/machines/${machine.id}/inspection`}
          {...hx({
            post: `/machines/${machine.id}/inspection`,
            target: `#machine-${machine.id}`,
            swap: 'outerMorph',
            disable: 'find button',
          })}
        >
          <button type="submit" class="button small">
            Look at versions now
          </button>
        </form>
      )}
    </Group>
  )
}

/** Which key lets us in, and the way to the line that would let it in again. */
export function KeyGroup({ machine, now }: GroupProps) {
  const accepted = machine.keyAccepted
  return (
    <Group title="Key">
      {accepted === null ? (
        <p>
          {machine.observedAt === null
            ? `${machine.name} has not let Spark Control in yet.`
            : 'Which key it accepted is looked at with the versions.'}
        </p>
      ) : (
        <p>
          {machine.name} lets {machine.user} in with the key of this appliance, last <Ago at={accepted.at} now={now} />.
        </p>
      )}
      <Facts
        rows={[
          ['Our key', accepted === null ? null : <code>{accepted.fingerprint}</code>, true],
          ['Its host key', machine.hostKey === null ? null : <code>{machine.hostKey}</code>, true],
        ]}
      />
      <p>
        <a class="button" href={`/machines/new?machine=${machine.id}`}>
          Show the line that lets our key in
        </a>
      </p>
    </Group>
  )
}
