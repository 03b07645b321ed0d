// Adding a Spark in three steps: address, key, test. The first one is the set-up page; later ones are the same steps under Machines.
import type { MachineShape, SurveyView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { MachineBadge } from '../parts/badge.tsx'
import { Copyable } from '../parts/code.tsx'
import { Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { SurveyRows } from '../parts/survey.tsx'
import { Field } from './machine-acts.tsx'

export interface JoiningData {
  /** `/setup` or `/machines/new`. */
  readonly base: string
  readonly machine: MachineShape | null
  readonly publicKey: string
  /** The connection was tested and works. */
  readonly found: SurveyView | null
  readonly trouble: Trouble | null
  readonly typed: Readonly<Record<string, string>>
  /** Addresses of other Sparks behind the cable that are not in the list yet. */
  readonly peers: readonly string[]
}

export function joiningTitle(data: JoiningData): string {
  const first = data.base === '/setup'
  if (data.machine === null) return first ? 'Welcome. Where is your Spark?' : 'Add a machine'
  return data.found === null ? `Let Spark Control in to ${data.machine.name}` : `${data.machine.name} is connected`
}

export function JoiningPage(data: JoiningData) {
  const { machine, found, trouble, base } = data
  const step = machine === null ? 1 : found === null ? 2 : 3
  const up = base === '/setup' ? {} : { up: { href: '/machines', word: 'Machines' } }
  return (
    <div class="page narrow">
      <Steps step={step} />
      <Heading title={joiningTitle(data)} {...up} />
      {trouble === null ? null : <TroubleNote trouble={trouble} />}
      {machine === null ? <AddressStep {...data} /> : null}
      {machine !== null && found === null ? <KeyStep {...data} machine={machine} /> : null}
      {machine !== null && found !== null ? <FoundStep {...data} machine={machine} found={found} /> : null}
    </div>
  )
}

function Steps({ step }: { readonly step: number }) {
  return (
    <ol class="steps" aria-label="Steps">
      {['Address', 'Key', 'Test'].map((word, at) => (
        <li data-state={at + 1 < step ? 'done' : undefined} aria-current={at + 1 === step ? 'step' : undefined}>
          {word}
        </li>
      ))}
    </ol>
  )
}

function AddressStep({ base, typed }: JoiningData) {
  return (
    <>
      <p>
        Spark Control reaches a Spark by SSH, as a user that may run docker there. Nothing is installed on it, and nothing that runs there
        is stopped.
      </p>
      <form class="card stack" method="post" action={base}>
        <div class="fields">
          <Field
            name="address"
            label="IP address"
            value={typed['address'] ?? ''}
            hint="Such as 192.168.1.20. Names ending in .local may change."
            required
          />
          <Field name="user" label="User" value={typed['user'] ?? ''} hint="The one you log in with on the Spark." required />
        </div>
        <details class="more" open={typed['port'] !== undefined && typed['port'] !== '22'}>
          <summary>Name and SSH port</summary>
          <div class="fields">
            <Field name="name" label="Name" value={typed['name'] ?? ''} hint="Empty: the name it has itself." />
            <Field name="port" label="SSH port" value={typed['port'] ?? '22'} />
          </div>
        </details>
        <p>
          <button type="submit" class="button main">
            Continue
          </button>
        </p>
      </form>
    </>
  )
}

function KeyStep({ base, machine, publicKey }: JoiningData & { readonly machine: MachineShape }) {
  const command = `mkdir -p ~/.ssh && echo '${publicKey.trim()}' >> ~/.ssh/authorized_keys && chmod 700 ~/.ssh && chmod 600 ~/.ssh/authorized_keys`
  return (
    <>
      <div class="card stack">
        <p>
          This appliance has a key of its own. Log in to the Spark (
          <code>
            ssh {machine.port === 22 ? '' : `-p ${machine.port} `}
            {machine.user}@{machine.address}
          </code>
          ) and paste this line there:
        </p>
        <Copyable id="key-command" label="Command that lets Spark Control in">
          {command}
        </Copyable>
        <details class="more">
          <summary>Only the public key</summary>
          <Copyable id="public-key" label="Public key">
            {publicKey.trim()}
          </Copyable>
        </details>
        <form class="acts" method="get" action={base}>
          <input type="hidden" name="machine" value={machine.id} />
          <input type="hidden" name="test" value="1" />
          <button type="submit" class="button main">
            Test the connection
          </button>
          <span class="quiet">It takes a few seconds and changes nothing.</span>
        </form>
      </div>
      <p>
        Wrong address or user? <a href={`/machines/${machine.id}`}>Change it</a>
      </p>
    </>
  )
}

function FoundStep({ base, machine, found, peers }: JoiningData & { readonly machine: MachineShape; readonly found: SurveyView }) {
  const missing = found.rows.filter((row) => row.state === 'missing').length
  return (
    <>
      <p class="tags">
        <MachineBadge machine={machine} />
        <span class="quiet">{machine.hostKey === null ? '' : `Its host key, kept from now on: ${machine.hostKey}`}</span>
      </p>
      <p>
        {missing === 0
          ? 'This is what was found. Everything that is needed is there.'
          : `This is what was found. ${missing === 1 ? 'One thing is' : `${missing} things are`} missing; each row has the command that mends it.`}
      </p>
      <SurveyRows survey={found} />
      {peers.map((peer) => (
        <PeerOffer base={base} peer={peer} user={machine.user} port={machine.port} />
      ))}
      <p class="acts">
        <a class="button main" href="/">
          Go to Home
        </a>
        {missing === 0 ? null : (
          <a class="button" href={`${base}?machine=${machine.id}&test=1`}>
            Look again
          </a>
        )}
      </p>
    </>
  )
}

interface PeerProps {
  readonly base: string
  readonly peer: string
  readonly user: string
  readonly port: number
}

/** The second Spark, seen behind the cable; most likely with the same user and port as the first. */
function PeerOffer({ base, peer, user, port }: PeerProps) {
  return (
    <Note kind="plain" icon="plug">
      <p>
        <strong>Another Spark answers behind the cable, at {peer}.</strong> Together they run models too large for one.
      </p>
      <form method="post" action={base}>
        <input type="hidden" name="address" value={peer} />
        <input type="hidden" name="user" value={user} />
        <input type="hidden" name="port" value={String(port)} />
        <button type="submit" class="button">
          Add {peer} too
        </button>
      </form>
    </Note>
  )
}
