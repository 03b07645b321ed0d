// Settings of webhooks.
import { z } from 'zod'
import { setting } from './define.ts'

export const webhookSettings = {
  'webhooks.allowPublic': setting({
    schema: z.boolean(),
    default: false,
    label: 'Webhooks to the internet',
    help: 'Off: webhooks go only to addresses of the network at home. On: what happens on your Sparks may be told outside of it.',
    group: 'Webhooks',
    secret: false,
    env: null,
    control: 'toggle',
    unit: null,
  }),
} as const
