import type { NamedMachineView } from '../../../server/contract/operations/named-machine-shapes.ts'
import { isIpAddress } from '../../../server/domain/address.ts'
import { type Trouble, TroubleNote } from './notice.tsx'

export interface NamedMachinesData {
  readonly named?: readonly NamedMachineView[]
  /** What came of typing an address for one of them. */
  readonly refused?: { readonly id: string; readonly trouble: Trouble; readonly typed: Readonly<Record<string, string>> }
}

/** Machines that are not looked at before the owner has said where they are. */
export function NamedMachines({ named = [], refused }: NamedMachinesData) {
  return (
    <>
      {named.map((machine) => (
        <NamedMachine machine={machine} {...(refused?.id === machine.id ? { refused } : {})} />
      ))}
    </>
  )
}

function NamedMachine({ machine, refused }: { readonly machine: NamedMachineView; readonly refused?: NamedMachinesData['refused'] }) {
  const { id, host, user, port, cameFrom } = machine
  const address = refused?.typed['address'] ?? (isIpAddress(host) ? host : '')
  return (
    <section class="card stack" aria-labelledby={`named-${id}`} id={`named-machine-${id}`}>
      <h2 id={`named-${id}`}>{isIpAddress(host) ? `${host} needs a user` : `${host} needs an address`}</h2>
      <p>
        {machine.sentence} It came from <code>{cameFrom}</code> and was not contacted.
      </p>
      {refused === undefined ? null : <TroubleNote trouble={refused.trouble} />}
      <form class="stack" method="post" action={`/named-machines/${id}/address`}>
        <div class="fields">
          <div class="field">
            <label for={`address-${id}`}>IP address</label>
            <input
              id={`address-${id}`}
              name="address"
              value={address}
              placeholder="192.168.1.20"
              required
              autocomplete="off"
              spellcheck={false}
            />
            <span class="hint">
              On the machine, <code>ip -brief address</code> shows it.
            </span>
          </div>
          <div class="field">
            <label for={`user-${id}`}>User</label>
            <input id={`user-${id}`} name="user" value={refused?.typed['user'] ?? user} required autocomplete="off" spellcheck={false} />
            <span class="hint">Who logs in by SSH{port === 22 ? '' : `, port ${port}`}.</span>
          </div>
        </div>
        <p class="acts">
          <button type="submit" class="button">
            Add this machine
          </button>
          <button type="submit" class="button plain" formaction={`/named-machines/${id}/removal`} formnovalidate>
            Take it off the list
          </button>
        </p>
      </form>
    </section>
  )
}
