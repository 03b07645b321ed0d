// Addresses of a machine: which is a VPN's, which is on an RDMA link that is up.
import type { Answer } from './exec.ts'

export const vpnInterface = /^(tailscale|wg|tun|utun|zt|wt|nebula|nordlynx)/

export interface NetworkAnswer {
  readonly vpnAddress: string | null
  readonly fabricAddress: string | null
  /** Every IPv4 address, by interface, with its prefix length. */
  readonly addresses: readonly { readonly name: string; readonly address: string; readonly prefix: number }[]
  /** Interfaces of RDMA links that are up. */
  readonly links: readonly string[]
}

export function readNetwork(answer: Answer): NetworkAnswer {
  const addresses = answer
    .text('addresses')
    .split('\n')
    .flatMap((line) => {
      const match = /^\d+:\s+([^\s@:]+)\S*\s+inet\s+([\d.]+)(?:\/(\d+))?/.exec(line)
      return match === null ? [] : [{ name: match[1] ?? '', address: match[2] ?? '', prefix: Number(match[3] ?? 32) }]
    })
  const links = linksUp(answer)
  return {
    addresses,
    links,
    vpnAddress: addresses.find((one) => vpnInterface.test(one.name))?.address ?? null,
    fabricAddress: addresses.find((one) => links.includes(one.name))?.address ?? null,
  }
}

/** ibdev2netdev where it is installed, else what the kernel says itself. */
function linksUp(answer: Answer): string[] {
  const told = [...answer.text('links').matchAll(/^\S+ port \d+ ==> (\S+) \((Up|Down)\)/gm)]
  if (told.length > 0) return told.flatMap((match) => (match[2] === 'Up' && match[1] !== undefined ? [match[1]] : []))
  return [...answer.text('rdma').matchAll(/^[^|]*\|[^|]*ACTIVE[^|]*\|[^|]*\|(\S+)$/gm)].map((match) => match[1] ?? '')
}
