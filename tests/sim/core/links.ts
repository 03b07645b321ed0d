// Network interfaces of a node and the RDMA devices behind the CX7 ports.
import type { NetLink } from '../../../server/domain/machine-facts.ts'
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
  const { cable } = node.condition
  return [
    { device: 'rocep1s0f0', name: 'enp1s0f0np0', up: cable && links === 4 },
    { device: 'rocep1s0f1', name: fabricInterface, up: cable && links >= 2 },
    { device: 'roceP2p1s0f0', name: 'enP2p1s0f0np0', up: cable && links === 4 },
    { device: 'roceP2p1s0f1', name: 'enP2p1s0f1np1', up: cable && links >= 2 },
  ]
}

export const fabricGbps = 200

/** Links as the kernel tells them: the management port, Wi-Fi that nobody uses, the CX7 ports, a tunnel. */
export function linksOf(node: SimNode): readonly NetLink[] {
  const { linkErrors, mtu } = node.condition
  const addressesOf = (name: string): readonly string[] => interfacesOf(node).flatMap((one) => (one.name === name ? [one.address] : []))
  const link = (name: string, kind: NetLink['kind'], up: boolean | null, speedMbps: number | null): NetLink => ({
    name,
    kind,
    up,
    speedMbps: up === false ? null : speedMbps,
    mtu: kind === 'fabric' ? mtu : kind === 'vpn' ? 1280 : 1500,
    errors: kind === 'fabric' ? linkErrors : 0,
    addresses: addressesOf(name),
  })
  const fabric = rdmaPorts(node).map((port) => link(port.name, 'fabric', port.up, fabricGbps * 1000))
  const vpn = node.options.vpnAddress === undefined ? [] : [link('tailscale0', 'vpn', null, null)]
  return [...fabric, link('enP7s7', 'wired', true, 10_000), ...vpn, link('wlP9s9', 'wifi', false, null)]
}

const stateWord = (up: boolean | null): string => (up === null ? 'unknown' : up ? 'up' : 'down')

/** Files below /sys: class/net and class/infiniband. */
export function sysOf(node: SimNode): Readonly<Record<string, string>> {
  const net = linksOf(node).flatMap((link): [string, string][] => {
    const dir = `class/net/${link.name}`
    return [
      [`${dir}/operstate`, `${stateWord(link.up)}\n`],
      [`${dir}/speed`, link.speedMbps === null ? '' : `${link.speedMbps}\n`],
      [`${dir}/mtu`, `${link.mtu}\n`],
      [`${dir}/statistics/rx_errors`, `${link.errors}\n`],
      [`${dir}/statistics/tx_errors`, '0\n'],
      ...(link.kind === 'wifi' ? [[`${dir}/wireless/status`, '0\n'] as [string, string]] : []),
    ]
  })
  const fabric = rdmaPorts(node).flatMap((port): [string, string][] => [
    [`class/infiniband/${port.device}/ports/1/state`, port.up ? '4: ACTIVE\n' : '1: DOWN\n'],
    [`class/infiniband/${port.device}/ports/1/rate`, `${port.up ? fabricGbps : 40} Gb/sec (4X HDR)\n`],
    [`class/infiniband/${port.device}/device/net/${port.name}/mtu`, `${node.condition.mtu}\n`],
  ])
  return Object.fromEntries([...net, ...fabric])
}
