import type { Child, PropsWithChildren } from 'hono/jsx'
import { htmxConfig, stream } from '../hx.ts'
import { Icon, type IconName, IconSprite } from './parts/icon.tsx'
import { KeysDialog } from './parts/keys.tsx'

export type Theme = 'auto' | 'light' | 'dark'

export const places = [
  { id: 'home', href: '/', word: 'Home', icon: 'home', key: 'h' },
  { id: 'library', href: '/library', word: 'Models', icon: 'models', key: 'm' },
  { id: 'machines', href: '/machines', word: 'Machines', icon: 'machines', key: 's' },
  { id: 'services', href: '/services', word: 'Services', icon: 'talk', key: 'e' },
  { id: 'activity', href: '/activity', word: 'Activity', icon: 'activity', key: 'a' },
  { id: 'settings', href: '/settings', word: 'Settings', icon: 'settings', key: 't' },
] as const satisfies readonly { id: string; href: string; word: string; icon: IconName; key: string }[]
export type Place = (typeof places)[number]['id']

export type Account = { readonly is: 'in' } | { readonly is: 'out'; readonly back: string }

export interface Frame {
  /** The page's own title, with its state where it has one: "Switching 43 %". */
  readonly title: string
  readonly place: Place | null
  readonly theme: Theme
  readonly version: string
  /** `in`: signed in here. `out`: signing in would allow more. null: neither is of use. */
  readonly account?: Account | null
  /** URL of the page's stream of fragments; null: nothing on it changes by itself. */
  readonly live?: string | null
  /** Seconds after which a browser without scripts asks again. */
  readonly refreshSeconds?: number | null
}

export function Layout({
  title,
  place,
  theme,
  version,
  live = null,
  refreshSeconds = null,
  account = null,
  children,
}: PropsWithChildren<Frame>) {
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${title} - Spark Control`}</title>
        <script src="/assets/htmx.js" defer />
        <script src="/assets/app.js" defer />
        <link rel="stylesheet" href="/assets/app.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        {refreshSeconds === null ? null : (
          <noscript>
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          </noscript>
        )}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <div class="shell">
          <header class="rail">
            <a class="brand" href="/">
              <Icon name="spark" />
              Spark Control
            </a>
            <Navigation place={place} />
            <RailFoot theme={theme} version={version} account={account} />
          </header>
          <div class="stage">
            <main id="main" tabindex={-1}>
              {children}
            </main>
          </div>
        </div>
        <p id="lost" class="lost" role="status" hidden />
        <p id="announce" class="sr" role="status" />
        <div id="toasts" class="toasts" role="status" />
        {live === null ? null : <div data-stream="" {...stream(live)} />}
        <KeysDialog />
        <IconSprite />
      </body>
    </html>
  )
}

function Navigation({ place }: { readonly place: Place | null }) {
  return (
    <nav aria-label="Main">
      <ul>
        {places.map((one) => (
          <li>
            <a href={one.href} data-key={one.key} aria-current={one.id === place ? 'page' : undefined}>
              <Icon name={one.icon} />
              <span>{one.word}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function RailFoot({ theme, version, account }: Pick<Frame, 'theme' | 'version'> & { readonly account: Account | null }) {
  return (
    <div class="rail-foot">
      {account === null ? null : <AccountPart account={account} />}
      <ThemeForm theme={theme} />
      <p class="between quiet">
        <span>Version {version}</span>
        <button type="button" class="link" command="show-modal" commandfor="keys" data-script="" hidden>
          Keys
        </button>
      </p>
    </div>
  )
}

/** Also under Settings: a phone has no room for the foot of the rail. */
export function AccountPart({ account }: { readonly account: Account }) {
  if (account.is === 'out') {
    return (
      <a class="button small" href={`/sign-in?back=${encodeURIComponent(account.back)}`}>
        Sign in
      </a>
    )
  }
  return (
    <form class="between quiet" method="post" action="/sign-out">
      <span>Signed in</span>
      <button type="submit" class="link">
        Sign out
      </button>
    </form>
  )
}

const themeWords = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const

/** Kept in a cookie of this browser, so the first byte already has it. */
export function ThemeForm({ theme }: { readonly theme: Theme }) {
  return (
    <form method="post" action="/theme" data-themes="">
      <fieldset class="themes">
        <legend class="sr">Theme</legend>
        {(['auto', 'light', 'dark'] as const).map((one) => (
          <button type="submit" name="theme" value={one} aria-pressed={one === theme ? 'true' : 'false'}>
            {themeWords[one]}
          </button>
        ))}
      </fieldset>
    </form>
  )
}

/** The page's one h1, with what stands above and beside it. */
export function Heading({
  title,
  up,
  acts,
  children,
}: PropsWithChildren<{ title: Child; up?: { href: string; word: string }; acts?: Child }>) {
  return (
    <header class="heading">
      {up === undefined ? null : (
        <a class="up" href={up.href}>
          {up.word}
        </a>
      )}
      <div class="between">
        <h1>{title}</h1>
        {acts === undefined ? null : <div class="acts">{acts}</div>}
      </div>
      {children}
    </header>
  )
}
