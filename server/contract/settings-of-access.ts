// Settings of who may come in.
import { z } from 'zod'
import { policies } from '../domain/access.ts'
import { isIpAddress } from '../domain/address.ts'
import { setting } from './define.ts'

/** As a browser sends it in the Origin header: with a path or a closing slash it would never be met. */
const origin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'an origin such as https://app.example is needed, without a path')

/** Shortest prefixes: "everywhere" is no household and no proxy. */
const leastBits = { ipv4: 8, ipv6: 32 }

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  if (rest.length > 0 || !isIpAddress(address)) return false
  if (bits === undefined) return true
  const [least, most] = address.includes(':') ? [leastBits.ipv6, 128] : [leastBits.ipv4, 32]
  return /^\d{1,3}$/.test(bits) && Number(bits) >= least && Number(bits) <= most
}

const networks = z
  .array(z.string().refine(isNetwork, `an address such as 192.0.2.7, or a network such as 192.0.2.0/24 (not wider than /8), is needed`))
  .max(50)

export const accessSettings = {
  'access.policy': setting({
    schema: z.enum(policies, `one of ${policies.join(', ')} is needed`),
    default: 'household' as const,
    label: 'Who may come in',
    help: 'household: everybody at home sees and uses, changes need the sign-in. locked: everything needs a sign-in or a key. trusted: everybody at home may do everything.',
    group: 'Access',
    secret: false,
    env: 'ACCESS_POLICY',
    control: 'text',
    unit: null,
  }),
  'access.homeNetworks': setting({
    schema: networks,
    default: [] as string[],
    label: 'Other addresses that are at home',
    help: 'Private addresses always are. Add the network of your VPN (Tailscale: 100.64.0.0/10), or the public IPv6 network of your home.',
    group: 'Access',
    secret: false,
    env: 'HOME_NETWORKS',
    control: 'list',
    unit: null,
  }),
  'access.trustedProxies': setting({
    schema: networks,
    default: [] as string[],
    label: 'Proxies in front of this appliance',
    help: 'Only these are believed about who sent a request (X-Forwarded-For). What another proxy passes on counts as from a stranger.',
    group: 'Access',
    secret: false,
    env: 'TRUSTED_PROXIES',
    control: 'list',
    unit: null,
  }),
  'access.hosts': setting({
    schema: z.array(z.string().regex(/^[a-z0-9.-]{1,253}$/, 'host names in small letters, without port')).max(50),
    default: [] as string[],
    label: 'Other names of this appliance',
    help: 'IP addresses, localhost and .local names always work.',
    group: 'Access',
    secret: false,
    env: 'ALLOWED_HOSTS',
    control: 'list',
    unit: null,
  }),
  'access.corsOrigins': setting({
    schema: z.array(origin).max(50),
    default: [] as string[],
    label: 'Web apps that may use /v1 from a browser',
    help: 'Origins such as https://app.example. Empty: none.',
    group: 'Access',
    secret: false,
    env: 'CORS_ORIGINS',
    control: 'list',
    unit: null,
  }),
} as const
