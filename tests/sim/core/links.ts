// Network interfaces of a node and the RDMA devices behind the CX7 ports.
import type { SimNode } from './node.ts'

export interface Interface {
  readonly name: string
  readonly address: string
  readonly prefix: number
}

export interface RdmaPort {
  readonly device: string
  readonly name: string
  readonly up: boolean
}

/** The port whose address the launcher calls local. */
export const fabricInterface = 'enp1s0f1np1'

export function interfacesOf(node: SimNode): readonly Interface[] {
  const found: Interface[] = [
    { name: 'lo', address: '127.0.0.1', prefix: 8 },
    { name: 'enP7s7', address: node.address, prefix: 24 },
  ]
  if (node.fabricAddress !== null) found.push({ name: fabricInterface, address: node.fabricAddress, prefix: 24 })
  if (node.options.vpnAddress !== undefined) found.push({ name: 'tailscale0', address: node.options.vpnAddress, prefix: 32 })
  return [...found, { name: 'docker0', address: '172.17.0.1', prefix: 16 }]
}

/** Four ports in two twins; with two links the second twin is up. */
export function rdmaPorts(node: SimNode): readonly RdmaPort[] {
  const links = node.options.links ?? 0
  return [
    { device: 'rocep1s0f0', name: 'enp1s0f0np0', up: links === 4 },
    { device: 'rocep1s0f1', name: fabricInterface, up: links >= 2 },
    { device: 'roceP2p1s0f0', name: 'enP2p1s0f0np0', up: links === 4 },
    { device: 'roceP2p1s0f1', name: 'enP2p1s0f1np1', up: links >= 2 },
  ]
}
