// Settings of the engine and of its memory.
import { z } from 'zod'
import { setting } from './define.ts'

/** What the launcher puts on a docker command line without quotes. */
const launcherWord = z.string().regex(/^[A-Za-z0-9_./:=@+,-]{1,200}$/, 'only letters, digits and _ . / : = @ + , - are possible here')

export const engineSettings = {
  'engine.containerName': setting({
    schema: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'a container name of letters, digits, _ . and - is needed'),
    default: 'vllm_node',
    label: 'Container name',
    help: 'The name of the container that serves the model on every Spark.',
    group: 'Engine',
    secret: false,
    env: 'VLLM_CONTAINER',
    control: 'text',
    unit: null,
  }),
  'engine.image': setting({
    schema: launcherWord,
    default: 'vllm-node',
    label: 'Container image',
    help: 'The image used when a recipe names none.',
    group: 'Engine',
    secret: false,
    env: 'VLLM_IMAGE',
    control: 'text',
    unit: null,
  }),
  'engine.port': setting({
    schema: z.int().min(1).max(65535),
    default: 8000,
    label: 'Port',
    help: 'The port vLLM listens on when a recipe names none.',
    group: 'Engine',
    secret: false,
    env: 'VLLM_PORT',
    control: 'number',
    unit: null,
  }),
  'memory.headroomGigabytes': setting({
    schema: z.int().min(0).max(64),
    default: 8,
    label: 'Memory kept free',
    help: 'Added to what a model needs before it may start. A Spark that runs out of memory freezes.',
    group: 'Memory',
    secret: false,
    env: null,
    control: 'number',
    unit: 'GB',
  }),
} as const
