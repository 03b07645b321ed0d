// Settings of who may come in.
import { z } from 'zod'
import { setting } from './define.ts'

/** As a browser sends it in the Origin header: with a path or a closing slash it would never be met. */
const origin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'an origin such as https://app.example is needed, without a path')

export const accessSettings = {
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
