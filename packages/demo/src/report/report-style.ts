/** The style of the report: light and dark, no fonts or images from elsewhere. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --critical: light-dark(#1d4ed8, #6ea8fe); --standard: light-dark(#0d9488, #2dd4bf);
  --sheddable: light-dark(#e2a03f, #f0b95b); --failed: light-dark(#dc2626, #f87171); --refused: light-dark(#9ca3af, #6b7280);
  --ink: light-dark(#1b1f24, #e6e8eb); --soft: light-dark(#6b7280, #9aa3ad); --grid: light-dark(#e5e7eb, #2b3138);
  --paper: light-dark(#ffffff, #14181d); --card: light-dark(#f6f8fa, #1b2027); }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 84rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; letter-spacing: -.01em } h2 { font-size: 1.05rem; margin: 0 0 .6rem }
p { color: var(--soft); margin: .2rem 0; max-width: 62rem }
.heroes { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin: 1.8rem 0 }
.hero, section { background: var(--card); border-radius: 12px; padding: 1.1rem 1.3rem }
.hero b { display: block; font-size: 1.5rem; line-height: 1.4; letter-spacing: -.02em; white-space: nowrap } .hero small { color: var(--soft) }
.acts { display: grid; grid-template-columns: repeat(auto-fit, minmax(34rem, 1fr)); gap: 1rem; margin-bottom: 1rem }
figure { margin: 0 0 1rem } figcaption { font-size: .82rem; color: var(--soft); margin-bottom: .2rem }
svg { width: 100%; height: auto; display: block; overflow: visible }
.key { margin-left: .9rem; white-space: nowrap } .key::before { content: ''; display: inline-block; width: .65rem;
  height: .65rem; border-radius: 2px; margin-right: .35rem; background: currentColor }
.key.critical { color: var(--critical) } .key.standard, .key.real { color: var(--standard) }
.key.sheddable, .key.degraded { color: var(--sheddable) } .key.failed { color: var(--failed) } .key.refused { color: var(--refused) }
.critical { fill: var(--critical) } .standard, .real { fill: var(--standard) } .sheddable, .degraded { fill: var(--sheddable) }
.failed { fill: var(--failed) } .refused { fill: var(--refused) }
.grid { stroke: var(--grid) } .tick, .phase-label { fill: var(--soft); font-size: 11px } .phase.even { fill: transparent }
.phase.odd { fill: var(--grid); opacity: .45 } .limit { stroke: var(--ink); stroke-dasharray: 4 4 }
.limit-label { fill: var(--ink); font-size: 11px } .ribbon { rx: 3 } .ribbon.closed { fill: var(--standard) }
.ribbon.open { fill: var(--failed) } .ribbon.half_open { fill: var(--sheddable) } .ribbon-label { fill: #fff; font-size: 10px }
table { border-collapse: collapse; width: 100%; font-size: .82rem; white-space: nowrap } th { font-weight: 500; color: var(--soft) }
th, td { text-align: right; padding: .28rem .5rem; border-bottom: 1px solid var(--grid) }
/* Half a page wide, and eleven columns all the same. */
.acts table { font-size: .7rem } .acts th, .acts td { padding: .28rem .15rem }
th:first-child, td:first-child { text-align: left } tr:last-child td { border-bottom: 0; font-weight: 600 }
ul { list-style: none; margin: 0; padding: 0 } li { padding: .15rem 0 } li::before { content: '\\2713'; display: inline-block; width: 1.4rem;
  color: var(--standard); font-weight: 700 } li.missed::before { content: '\\2717'; color: var(--failed) }
section + section { margin-top: 1rem } .acts section { margin-top: 0; min-width: 0 } .scroll { overflow-x: auto }
`
