/// The page's style sheet. Colours are named once for each scheme; a test holds every pair of ink and paper to a contrast
/// of at least 4.5.
extension AuditPage {
  static let style = """
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --card: #f6f8fa; --line: #d0d7de; --ink: #1f2328; --faint: #57606a;
      --bad: #b42318; --bad-paper: #fdecea; --good: #116329; --good-paper: #e6f4ea;
      --warn: #7a4f00; --warn-paper: #fff4d6; --bar-bad: #cf3f33; --bar-good: #3d9a58; --bar-warn: #c28a1b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #0f1418; --card: #171d23; --line: #343c45; --ink: #e6edf3; --faint: #9ba7b3;
        --bad: #ff9a90; --bad-paper: #3b1613; --good: #7ddb96; --good-paper: #10301b;
        --warn: #f2c661; --warn-paper: #372806; --bar-bad: #f0675b; --bar-good: #46b368; --bar-warn: #d9a53a;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 3rem; max-width: 78rem;
      background: var(--paper); color: var(--ink);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
    h1 .of { font-weight: 400; color: var(--faint); }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
    h3 { font-size: 1.0625rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
    h3 code { font-weight: 600; }
    p { margin: .4rem 0; overflow-wrap: anywhere; }
    code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
    code { unicode-bidi: isolate; white-space: pre-wrap; overflow-wrap: anywhere; }
    .verdict { font-size: 1.15rem; font-weight: 600; padding: .85rem 1rem; border-radius: .5rem; border: 1px solid; }
    .verdict.bad, .badge.bad { color: var(--bad); background: var(--bad-paper); }
    .verdict.good, .badge.good { color: var(--good); background: var(--good-paper); }
    .verdict.warn, .badge.warn { color: var(--warn); background: var(--warn-paper); }
    strong.bad { color: var(--bad); }
    .good { color: var(--good); }
    .facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 0; }
    .facts dt { color: var(--faint); font-size: .875rem; }
    .facts dd { margin: 0; font-weight: 500; }
    .frame { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
    .frame:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
    table { border-collapse: collapse; width: 100%; font-size: .9375rem; font-variant-numeric: tabular-nums; }
    th, td { padding: .45rem .65rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
    tbody tr:last-child > * { border-bottom: 0; }
    thead th { background: var(--card); color: var(--faint); font-weight: 600; font-size: .8125rem; white-space: nowrap; }
    tbody th { font-weight: 600; min-width: 6rem; }
    #references + .frame tbody th { min-width: 14rem; }
    #counts + .frame th, #counts + .frame td { padding-inline: .5rem; }
    .number { text-align: right; white-space: nowrap; }
    .zero, .null, .seen { color: var(--faint); }
    .seen { font-size: .875rem; }
    .null { font-style: italic; }
    .notes { padding-left: 1.25rem; }
    .trend { display: block; width: 100%; height: 7rem; }
    .bar.bad { fill: var(--bar-bad); }
    .bar.good { fill: var(--bar-good); }
    .bar.warn { fill: var(--bar-warn); }
    .bar { opacity: .6; }
    .bar.this { opacity: 1; }
    .base { stroke: var(--line); stroke-width: 1; }
    summary { cursor: pointer; margin: .5rem 0; }
    .steps { padding-left: 1.5rem; }
    .steps li { margin: .6rem 0; }
    .steps pre { margin: .35rem 0 0; padding: .6rem .85rem; background: var(--card); border: 1px solid var(--line);
      border-radius: .5rem; overflow-x: auto; }
    .differences { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
    .differences > li { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .85rem; min-width: 0; }
    .what { display: flex; flex-wrap: wrap; gap: .2rem .6rem; align-items: baseline; margin: 0; }
    .what + * { margin-top: .5rem; }
    .key { flex: 1 1 12rem; font-weight: 600; min-width: 0; overflow-wrap: anywhere; }
    .badge { font-size: .8125rem; font-weight: 600; padding: .1rem .55rem; border-radius: 1rem; white-space: nowrap; }
    .differences td, .differences tbody th { min-width: 9rem; }
    footer { margin-top: 3rem; color: var(--faint); font-size: .875rem; }
    @media (max-width: 40rem) {
      body { padding-top: 1rem; }
      h1 { font-size: 1.4rem; }
      th, td { padding: .4rem .55rem; }
      #counts + .frame thead th:first-child, #counts + .frame tbody th {
        position: sticky; left: 0; background: var(--card); border-right: 1px solid var(--line);
      }
      .differences .frame, .differences table, .differences tbody, .differences tr, .differences td,
      .differences tbody th { display: block; width: 100%; }
      .differences thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .differences tr { padding: .3rem 0; border-bottom: 1px solid var(--line); }
      .differences tr:last-child { border-bottom: 0; }
      .differences td, .differences tbody th { border: 0; padding: .1rem .55rem; }
      .differences td::before { color: var(--faint); font-size: .8125rem; }
      .differences td:nth-child(2)::before { content: "source "; }
      .differences td:nth-child(3)::before { content: "target "; }
    }
    @media print {
      :root {
        --paper: #ffffff; --card: #f6f8fa; --line: #b6bec7; --ink: #1f2328; --faint: #57606a;
        --bad: #b42318; --bad-paper: #fdecea; --good: #116329; --good-paper: #e6f4ea;
        --warn: #7a4f00; --warn-paper: #fff4d6; --bar-bad: #cf3f33; --bar-good: #3d9a58; --bar-warn: #c28a1b;
      }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .frame { overflow: visible; }
      .differences > li, tr, .verdict { break-inside: avoid; }
      h2, h3 { break-after: avoid; }
    }

    """
}
