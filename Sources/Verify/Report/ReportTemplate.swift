/// The words and the looks of the HTML report.
enum ReportTemplate {
    static let page = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Verification report of {{host}}, {{made}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <header>
        <h1>Verification report</h1>
        <p>Made by hybridrep {{version}} on {{host}} at {{made}}, of what the stores hold since {{since}}. All times are UTC, \
        by the stores&#8217; own clocks.</p>
        </header>
        <main>
        {{#isEmpty}}<p class="critical"><strong>NO DATA</strong> No job was asked for: this report proves nothing.</p>{{/isEmpty}}
        {{#targets}}{{>target}}{{/targets}}
        </main>
        </body>
        </html>

        """

    static let target = """
        <section>
        <h2>{{job}} at {{target}} <span class="state {{class}}">{{state}}</span></h2>
        {{#hasFindings}}<ul>{{#findings}}<li>{{.}}</li>{{/findings}}</ul>{{/hasFindings}}
        {{^isKnown}}<p>The store could not be asked. Nothing is known of it, and nothing is claimed.</p>{{/isKnown}}
        {{#isKnown}}
        <ul class="facts">{{#facts}}<li><span>{{label}}</span> {{value}}</li>{{/facts}}</ul>
        {{#charts}}<figure>{{{.}}}</figure>{{/charts}}
        <section class="criteria">
        <h3>The three criteria for replicated data</h3>
        <p>What has to be shown of a replica of an Exchange database before anybody relies on it: the order of writes, that it was \
        restored, and that somebody can do it again.</p>
        {{#criteria}}
        <h4>{{name}} <span class="state {{class}}">{{verdict}}</span></h4>
        <p>{{question}}</p>
        <dl>{{#facts}}<dt>{{label}}</dt><dd>{{value}}</dd>{{/facts}}</dl>
        {{/criteria}}
        </section>
        <h3>Points</h3>
        {{^hasPoints}}<p>There is no point in this time.</p>{{/hasPoints}}
        {{#hasPoints}}
        <div class="wide"><table>
        <thead><tr><th scope="col">Point</th><th scope="col">Kind</th><th scope="col">Received</th><th scope="col" class="n">Image</th>\
        <th scope="col" class="n">Stored for it</th><th scope="col" class="n">Pages checked</th><th scope="col" class="n">In use</th><th scope="col" class="n">Blank</th><th scope="col" class="n">Bad</th><th scope="col">Health</th></tr></thead>
        <tbody>{{#points}}<tr><th scope="row">{{id}}</th><td>{{kind}}</td><td>{{received}}</td><td class="n">{{image}}</td>\
        <td class="n">{{shipped}}</td><td class="n">{{pages}}</td><td class="n">{{used}}</td><td class="n">{{blank}}</td><td class="n">{{bad}}</td>\
        <td{{#isBad}} class="critical"{{/isBad}}>{{health}}</td></tr>
        {{/points}}</tbody></table></div>
        {{#pointRest}}<p>{{.}}</p>{{/pointRest}}
        {{/hasPoints}}
        <h3>Verifications</h3>
        {{^hasVerifications}}<p>There was none in this time.</p>{{/hasVerifications}}
        {{#hasVerifications}}
        <div class="wide"><table>
        <thead><tr><th scope="col">Time</th><th scope="col">Of</th><th scope="col">Level</th><th scope="col" class="n">Bytes read</th>\
        <th scope="col" class="n">Share</th><th scope="col">Objects</th><th scope="col">Verdict</th></tr></thead>
        <tbody>{{#verifications}}<tr><th scope="row">{{time}}</th><td>{{scope}}</td><td>{{level}}</td><td class="n">{{bytes}}</td>\
        <td class="n">{{share}}</td><td>{{objects}}</td><td{{#isBad}} class="critical"{{/isBad}}>{{verdict}}</td></tr>
        {{/verifications}}</tbody></table></div>
        {{/hasVerifications}}
        <h3>Rehearsed restores</h3>
        {{^hasRehearsals}}<p>There was none in this time: that this data can be restored is not shown.</p>{{/hasRehearsals}}
        {{#hasRehearsals}}
        <div class="wide"><table>
        <thead><tr><th scope="col">Time</th><th scope="col" class="n">Point</th><th scope="col">Verdict</th><th scope="col">What was done</th></tr></thead>
        <tbody>{{#rehearsals}}<tr><th scope="row">{{time}}</th><td class="n">{{point}}</td>\
        <td{{#isBad}} class="critical"{{/isBad}}>{{verdict}}</td><td>{{comment}}</td></tr>
        {{/rehearsals}}</tbody></table></div>
        {{/hasRehearsals}}
        {{/isKnown}}
        <h3>Runs of this host</h3>
        {{^hasHistory}}<p>The history of this host cannot be read: nothing is known of its runs.</p>{{/hasHistory}}
        {{#hasHistory}}{{^hasRuns}}<p>There was none in this time, as far as this host knows.</p>{{/hasRuns}}{{/hasHistory}}
        {{#hasRuns}}
        <div class="wide"><table>
        <thead><tr><th scope="col">Ended</th><th scope="col">What</th><th scope="col" class="n">Exit code</th>\
        <th scope="col" class="n">Took</th><th scope="col">Point</th><th scope="col" class="n">Sent</th><th scope="col">Failure</th></tr></thead>
        <tbody>{{#runs}}<tr><th scope="row">{{ended}}</th><td>{{verb}}</td><td class="n{{#isBad}} critical{{/isBad}}">{{code}}</td>\
        <td class="n">{{took}}</td><td>{{point}}</td><td class="n">{{sent}}</td><td>{{error}}</td></tr>
        {{/runs}}</tbody></table></div>
        {{/hasRuns}}
        </section>

        """

    static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#5b6570;--line:#d5dae0;--plot:#1f5fa8;--ok:#17633a;--warn:#8a5200;--bad:#a4161a}
        @media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--paper:#14171b;--soft:#a3adb8;--line:#343b44;--plot:#7db3f0;--ok:#6fcf97;--warn:#f2b35e;--bad:#ff8a8a}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
        h1{margin:0}h2{margin-top:2.5rem;border-top:2px solid var(--line);padding-top:1rem}header p,figure text{color:var(--soft)}
        .state{font-size:.75em;border:2px solid;border-radius:.3em;padding:.1em .5em}.ok{color:var(--ok)}.warning{color:var(--warn)}
        .critical,.unknown{color:var(--bad);font-weight:600}.facts{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.5rem 1.5rem}
        .facts span{display:block;color:var(--soft);font-size:.85em}figcaption{font-weight:600}figure{margin:1.2rem 0;overflow-x:auto}svg{width:100%;min-width:36rem;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
        .grid{stroke:var(--line)}polyline{fill:none;stroke:var(--plot);stroke-width:1.5}circle{fill:var(--plot)}line.limit{stroke:var(--bad);stroke-dasharray:6 4}text.limit{fill:var(--bad)}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.85em}th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
        td:last-child{white-space:normal}th.n,td.n{text-align:right;padding-right:1.4rem;font-variant-numeric:tabular-nums}tbody th{font-weight:400}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0 1.2rem;font-size:.9em}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}h4{margin:1.2rem 0 0}h4+p{margin:0}
        @media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
        @media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:10pt}main>section+section{break-before:page}
        h2{margin-top:1rem;overflow-wrap:anywhere}section+section>h2{margin-top:0;border:0;padding:0}h2,h3,h4,h4+p,dt,thead{break-after:avoid}figure,tr,li,dd{break-inside:avoid}
        .wide,figure{overflow:visible}svg{min-width:0}th,td{padding-right:.5rem}th.n,td.n{padding-right:.8rem}thead th{white-space:normal}td:last-child{overflow-wrap:anywhere}}
        """
}
