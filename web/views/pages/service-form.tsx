// Adding a service, changing what is known of it, taking it off the list.
import type { ServiceCandidateView, ServiceView } from '../../../server/contract/operations/service-shapes.ts'
import { type ServiceKind, serviceKindRows, serviceKinds } from '../../../server/domain/service.ts'
import { Heading } from '../layout.tsx'
import { Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Field } from './machine-acts.tsx'

export interface MachineChoice {
  readonly id: string
  readonly name: string
}

type Typed = Readonly<Record<string, string>>

export interface NewServiceData {
  readonly candidates: readonly ServiceCandidateView[]
  readonly machines: readonly MachineChoice[]
  readonly typed: Typed
  readonly trouble: Trouble | null
}

export function NewServicePage({ candidates, machines, typed, trouble }: NewServiceData) {
  const refused = trouble !== null
  return (
    <div class="page narrow">
      <Heading title="Add a service" up={{ href: '/services', word: 'Services' }}>
        <p class="quiet">Nothing on the Sparks is touched by adding one. Only the container you name is ever started or stopped.</p>
      </Heading>
      {trouble === null ? null : <TroubleNote trouble={trouble} />}
      <Found candidates={candidates} />
      <details class="more" open={refused || typed['kind'] !== undefined || candidates.length === 0}>
        <summary>Name one yourself</summary>
        <form class="card stack" method="post" action="/services/new">
          <div class="fields">
            <KindField typed={typed} />
            <MachineField machines={machines} chosen={typed['machine'] ?? machines[0]?.id ?? ''} />
            <Field name="port" label="Port" value={typed['port'] ?? ''} hint="Empty: the usual one of its kind." />
            <Field
              name="container"
              label="Container"
              value={typed['container'] ?? ''}
              hint="As docker ps names it. Empty: it is only looked at."
            />
            <Field name="name" label="Name" value={typed['name'] ?? ''} hint="Empty: what its kind is called." />
          </div>
          <p>
            <button type="submit" class="button main">
              Add this service
            </button>
          </p>
        </form>
      </details>
      <details class="more" open={typed['url'] !== undefined}>
        <summary>A model server that Spark Control cannot log in to</summary>
        <form class="card stack" method="post" action="/services/new">
          <p>It is only looked at: its models, how it is, how fast it answers. Nothing can be started or stopped there.</p>
          <input type="hidden" name="kind" value="vllm" />
          <div class="fields">
            <Field
              name="url"
              label="Address"
              value={typed['url'] ?? ''}
              hint="On your own network, such as http://192.168.1.30:8000 or https://models.home.example"
              required
            />
            <Field name="name" label="Name" value={typed['name'] ?? ''} />
          </div>
          <p>
            <button type="submit" class="button">
              Add this server
            </button>
          </p>
        </form>
      </details>
    </div>
  )
}

function Found({ candidates }: Pick<NewServiceData, 'candidates'>) {
  if (candidates.length === 0) {
    return (
      <Note kind="plain">
        <p>Nothing on your Sparks looks like a service that is not in the list yet.</p>
      </Note>
    )
  }
  return (
    <section class="stack">
      <h2>Found on your Sparks</h2>
      <ul class="list">
        {candidates.map((one) => (
          <li>
            <div class="stack tight">
              <strong>
                {one.kindWord} on {one.machine.name}
              </strong>
              <p class="quiet">
                {one.why}
                {one.image === null ? '' : ` Image ${one.image}.`}
              </p>
            </div>
            <form method="post" action="/services/new">
              <input type="hidden" name="kind" value={one.kind} />
              <input type="hidden" name="machine" value={one.machine.id} />
              <input type="hidden" name="port" value={String(one.port)} />
              <input type="hidden" name="container" value={one.container ?? ''} />
              <button type="submit" class="button">
                Add it
                <span class="sr">
                  : {one.kindWord} on {one.machine.name}
                </span>
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  )
}

function KindField({ typed }: { readonly typed: Typed }) {
  return (
    <div class="field">
      <label for="kind">What it is</label>
      <select id="kind" name="kind" required>
        {serviceKinds.map((kind: ServiceKind) => (
          <option value={kind} selected={typed['kind'] === kind}>
            {serviceKindRows[kind].word}: {serviceKindRows[kind].does}
          </option>
        ))}
      </select>
    </div>
  )
}

function MachineField({ machines, chosen }: { readonly machines: readonly MachineChoice[]; readonly chosen: string }) {
  return (
    <div class="field">
      <label for="machine">Machine</label>
      <select id="machine" name="machine" required>
        {machines.map(({ id, name }) => (
          <option value={id} selected={chosen === id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}

interface EditProps {
  readonly service: ServiceView
  readonly machines: readonly MachineChoice[]
  readonly typed: Typed | undefined
}

export function EditService({ service, machines, typed }: EditProps) {
  const value = (name: string, now: string | number | null): string => typed?.[name] ?? String(now ?? '')
  const usual = serviceKindRows[service.kind]
  const isOnMachine = service.machine !== null || service.address === null
  const gigabytes = service.footprintBytes === usual.footprintBytes ? '' : String(service.footprintBytes / 1e9)
  return (
    <details class="more" open={typed !== undefined}>
      <summary>Change what is known of it</summary>
      <form class="card stack" method="post" action={service.links.page}>
        <input type="hidden" name="edit" value="1" />
        <div class="fields">
          <Field name="name" label="Name" value={value('name', service.name)} required />
          {isOnMachine ? (
            <MachineField machines={machines} chosen={value('machine', service.machine?.id ?? '')} />
          ) : (
            <Field
              name="url"
              label="Address"
              value={value('url', service.url)}
              hint="On your own network, such as http://192.168.1.30:8000"
              required
            />
          )}
          {isOnMachine ? <Field name="port" label="Port" value={value('port', service.port)} required /> : null}
          {isOnMachine ? (
            <Field
              name="container"
              label="Container"
              value={value('container', service.container)}
              hint="The only one that is ever touched for it. Empty: only looked at."
            />
          ) : null}
          <Field name="path" label="Path of its health" value={value('path', service.healthPath)} hint={`Usually ${usual.path}`} />
          {usual.managed && isOnMachine ? (
            <>
              <Field
                name="footprint"
                label="Memory it takes, GB"
                value={value('footprint', gigabytes)}
                hint={`Empty: ${usual.footprintBytes / 1e9}. It is not started where less is free.`}
              />
              <Field
                name="updateProgram"
                label="Program that updates it"
                value={value('updateProgram', service.updateProgram)}
                hint="Absolute path on the Spark, run as its user. Empty: there is none."
              />
            </>
          ) : null}
        </div>
        <Switch name="enabled" label="Look at it and show it on Home" on={service.enabled} typed={typed} />
        {usual.managed && isOnMachine ? (
          <>
            <Switch name="heal" label="Restart it by itself when it does not come back" on={service.heal === 'auto'} typed={typed} />
            <Switch name="mayShed" label="It may be stopped when its Spark runs out of memory" on={service.mayShed} typed={typed} />
          </>
        ) : null}
        <p>
          <button type="submit" class="button">
            Save
          </button>
        </p>
      </form>
    </details>
  )
}

interface SwitchProps {
  readonly name: string
  readonly label: string
  readonly on: boolean
  readonly typed: Typed | undefined
}

/** A box that is not ticked sends nothing, so that what was typed is on only where it was sent. */
function Switch({ name, label, on, typed }: SwitchProps) {
  return (
    <label class="choice">
      <input type="checkbox" name={name} value="on" checked={typed === undefined ? on : typed[name] === 'on'} />
      <span>{label}</span>
    </label>
  )
}
