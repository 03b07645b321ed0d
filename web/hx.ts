// The one place that knows how htmx attributes are spelled. A typo here is a compile error elsewhere.

export type Swap = 'innerHTML' | 'outerHTML' | 'innerMorph' | 'outerMorph' | 'beforeend' | 'none'

export interface Hx {
  readonly get?: string
  readonly post?: string
  /** A CSS selector, or `this`. */
  readonly target?: string
  readonly swap?: Swap
  readonly trigger?: string
  /** Elements disabled while the request runs, e.g. `find button`. */
  readonly disable?: string
  readonly indicator?: string
  /** Where an answer of a status goes, e.g. `{ 422: 'target:#errors' }`. */
  readonly status?: Readonly<Record<number, string>>
  /** URL of a stream of fragments. */
  readonly stream?: string
  /** Morphing leaves this element as it is: dialogs and logs. */
  readonly keep?: boolean
  readonly pushUrl?: boolean
  readonly replaceUrl?: boolean
  readonly include?: string
}

const spelling = {
  get: 'hx-get',
  post: 'hx-post',
  target: 'hx-target',
  swap: 'hx-swap',
  trigger: 'hx-trigger',
  disable: 'hx-disable',
  indicator: 'hx-indicator',
  stream: 'hx-sse:connect',
  include: 'hx-include',
} as const

/** Attributes for an element, to be spread: `<a {...hx({ get: '/library', target: '#models' })}>`. */
export function hx(wanted: Hx): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [key, name] of Object.entries(spelling)) {
    const value = wanted[key as keyof typeof spelling]
    if (value !== undefined) attributes[name] = value
  }
  for (const [status, what] of Object.entries(wanted.status ?? {})) attributes[`hx-status:${status}`] = what
  if (wanted.keep === true) attributes['hx-morph-skip'] = 'true'
  if (wanted.pushUrl === true) attributes['hx-push-url'] = 'true'
  if (wanted.replaceUrl === true) attributes['hx-replace-url'] = 'true'
  return attributes
}

/** The element that keeps one stream of fragments open; `every` also heals a first connection that failed. */
export function stream(url: string): Record<string, string> {
  return hx({ stream: url, swap: 'none', trigger: 'load, every 15s' })
}

/** One fragment of a streamed message. `target` is an id without `#`; the HTML is already escaped. */
export function partial(target: string, swap: Swap, html: string): string {
  return `<hx-partial hx-target="#${target}" hx-swap="${swap}">${html}</hx-partial>`
}

/** The header by which htmx says that it wants a part of a page, and the value it then has. */
export const fragmentHeader = { name: 'HX-Request-Type', value: 'partial' } as const

/** The header of an answer that sends the whole page elsewhere. */
export function leaveTo(path: string): Record<string, string> {
  return { 'HX-Redirect': path }
}

/** 5xx answers leave the page as it is; morphing never closes what the reader opened. */
export const htmxConfig = JSON.stringify({
  noSwap: [204, 304, '5xx'],
  includeIndicatorCSS: false,
  morphIgnore: ['data-htmx-powered', 'open'],
  extensions: 'sse',
})
