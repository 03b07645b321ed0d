// The demo's page to break things on: every switch in words, what is broken now, and forms that need no scripts.
import { html } from 'hono/html'
import { groupWords, momentWords, type Switch, type SwitchGroup, switches } from '../../tests/sim/core/switches.ts'
import type { Fault, World } from '../../tests/sim/core/types.ts'
import { faultWords, reachWords } from './orders.ts'

type Markup = ReturnType<typeof html>

export interface BreakPageFacts {
  readonly world: World
  /** Where Spark Control itself is. */
  readonly product: string
  /** What the last click did; empty: there was none. */
  readonly said: string
}

export const breakStyle = `
main { margin-inline: auto; padding-block: 2rem 4rem; width: 100%; }
.switch { grid-template-columns: minmax(0, 1fr) !important; }
.switch form, .spark form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
.switch label, .spark label { display: grid; gap: .125rem; font-size: .8125rem; color: var(--quiet); }
.switch select, .spark input, .switch input { width: auto !important; max-width: 100%; min-height: 44px; }
.spark input, .switch input { width: 6.5rem !important; }
.now > li { grid-template-columns: minmax(0, 1fr) auto; }
`

export function breakPage(facts: BreakPageFacts): Markup {
  const { world, product, said } = facts
  const groups = Object.keys(groupWords) as SwitchGroup[]
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Break it and watch - Spark Control demo</title>
    <link rel="stylesheet" href="/app.css" />
    <link rel="stylesheet" href="/break.css" />
  </head>
  <body>
    <main>
      <header class="heading">
        <h1>Break it and watch</h1>
        <p>The two Sparks of this demo are simulated, and they do what you set here. Keep <a href="${product}">Spark Control</a> open beside this page and see what it says.</p>
      </header>
      ${said === '' ? '' : html`<p class="note" role="status">${said}</p>`}
      ${nowSection(world)}
      <section class="stack">
        <h2>The Sparks</h2>
        <ul class="list" role="list">${world.options.nodes.map(({ name }) => sparkRow(world, name))}</ul>
      </section>
      ${groups.map((group) => groupSection(world, group))}
    </main>
  </body>
</html>`
}

function nowSection(world: World): Markup {
  const faults = world.faults()
  return html`<section class="stack">
    <div class="between">
      <h2>Broken now</h2>
      <div class="acts"><a class="button" href="/">Look again</a>${faults.length === 0 ? '' : form('/mend', {}, 'Mend everything', true)}</div>
    </div>
    ${faults.length === 0 ? html`<p class="quiet">Nothing.</p>` : html`<ul class="list now" role="list">${faults.map(nowRow)}</ul>`}
  </section>`
}

const nowRow = (fault: Fault): Markup =>
  html`<li>
    <div class="stack tight">
      <strong>${switches.find((one) => one.name === fault.name)?.words ?? fault.name}</strong>
      <span class="quiet">${faultWords(fault)}</span>
    </div>
    ${form('/mend', { fault: fault.name, node: fault.node ?? '' }, 'Mend')}
  </li>`

function form(action: string, hidden: Readonly<Record<string, string>>, word: string, main = false): Markup {
  const fields = Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  return html`<form method="post" action="${action}">${fields}<button class="button${main ? ' main' : ''}">${word}</button></form>`
}

function sparkRow(world: World, node: string): Markup {
  const up = world.sshReach(node) === 'up'
  const act = (action: string, word: string, seconds: number): Markup =>
    html`<form method="post" action="${action}">
      <input type="hidden" name="node" value="${node}" />
      <label>Seconds<input name="seconds" type="number" min="1" max="3600" value="${seconds}" /></label>
      <button class="button">${word}</button>
    </form>`
  return html`<li class="spark">
    <div class="acts"><strong>${node}</strong><span class="badge" data-state="${up ? 'reachable' : 'unreachable'}">${up ? 'answers' : reachWords(world, node)}</span></div>
    <div class="acts">${act('/freeze', 'Freeze', 30)}${act('/reboot', 'Cut the power', 10)}</div>
  </li>`
}

function groupSection(world: World, group: SwitchGroup): Markup {
  return html`<section class="stack">
    <h2>${groupWords[group]}</h2>
    <ul class="list" role="list">${switches.filter((one) => one.group === group).map((one) => switchRow(world, one))}</ul>
  </section>`
}

function switchRow(world: World, one: Switch): Markup {
  const isOn = world.faults().some((fault) => fault.name === one.name)
  return html`<li class="switch">
    <div class="acts"><strong>${one.words}</strong><span class="tag">${one.name}</span>${isOn ? html`<span class="badge" data-state="failed">on</span>` : ''}</div>
    <div class="acts">
      <form method="post" action="/break">
        <input type="hidden" name="fault" value="${one.name}" />
        ${one.ofService ? html`<label>Which${serviceChoice(world)}</label>` : html`<label>Where${nodeChoice(world)}</label>`}
        ${one.moments.length < 2 ? '' : html`<label>When${momentChoice(one)}</label>`}
        ${one.moments.includes('weights') ? html`<label>Loaded, %<input name="percent" type="number" min="0" max="100" value="50" /></label>` : ''}
        ${one.lasts ? html`<label>Seconds<input name="seconds" type="number" min="1" max="3600" value="20" /></label>` : ''}
        ${one.counts ? html`<label>How often<select name="times"><option value="1">once</option><option value="">until mended</option></select></label>` : ''}
        <button class="button">Break it</button>
      </form>
      ${isOn ? form('/mend', { fault: one.name }, 'Mend') : ''}
    </div>
  </li>`
}

const nodeChoice = (world: World): Markup =>
  html`<select name="node"><option value="">anywhere</option>${world.options.nodes.map(({ name }) => html`<option value="${name}">${name}</option>`)}</select>`

/** Names are of one Spark each, so the name says where. */
const serviceChoice = (world: World): Markup => {
  const names = world.options.nodes.flatMap((node) => (node.services ?? []).map((one) => one.name))
  return html`<select name="container"><option value="">any</option>${names.map((name) => html`<option value="${name}">${name}</option>`)}</select>`
}

const momentChoice = (one: Switch): Markup =>
  html`<select name="at">${one.moments.map((at) => html`<option value="${at}"${at === one.moment ? html` selected` : ''}>${momentWords[at]}</option>`)}</select>`
