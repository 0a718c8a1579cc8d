"""Gives each rule of docs/threat-model.md a switch, in a copy of the sources: mutate.py COPY. Prints the names of the rules."""

import pathlib
import sys

S, R, G, V = ("OffsiteStore/" + folder for folder in ("Storage", "Repository", "GarbageCollection", "Service"))
A = "StoreAgent/Agent"
# Name, file, what is there, what takes its place; OUT is true where the rule is left out.
RULES = [
    # 1: it takes nothing away.
    ("forget", "OffsiteStore/Retention/LocalStoreService+Forget",
     'try rights.check("forget", "job \\(job)")', 'if !OUT { try rights.check("forget", "job \\(job)") }'),
    ("collect", f"{G}/LocalStoreService+Collect",
     'try rights.check("collect", "job \\(request.job)")',
     'if !OUT { try rights.check("collect", "job \\(request.job)") }'),
    # 2: a frame has one content.
    ("index-admission", f"{V}/LocalStoreService+Upload",
     "guard store.isServed, case .index(let job, _) = key else",
     "guard store.isServed, !OUT, case .index(let job, _) = key else"),
    ("index-footer", f"{V}/IndexAdmission",
     "guard let footer = try footer(of: pack, length), footer.encoded == bytes else {",
     "guard let footer = try OUT ? (try? PackFooter(parsing: bytes, packBytes: length)) : "
     "footer(of: pack, length), OUT || footer.encoded == bytes else {"),
    ("index-known-frames", f"{V}/IndexAdmission", "if !batch.isEmpty { try compareWithKnown",
     "if !batch.isEmpty, !OUT { try compareWithKnown"),
    ("frame-content", f"{R}/Repository+Frames", "return new.agrees(with: known)",
     "return OUT || new.agrees(with: known)"),
    ("unindexed-pack", f"{R}/FrameIndex", "guard pack.isIndexed || !other.isIndexed else",
     "guard OUT || pack.isIndexed || !other.isIndexed else"),
    # 3: differing copies are named.
    ("name-copies", f"{V}/StoreCheck+Copies", "guard try !repository.agree(",
     "guard try OUT ? false : !repository.agree("),
    ("collect-copies", f"{R}/Repository+Frames", "for copy in copies where try !agree(",
     "for copy in copies where try OUT ? false : !agree("),
    # 4: a commit needs the push lock, and so does an index.
    ("commit-lock", f"{V}/LocalStoreService+Commit", "guard !isServed || holdsPushLock(job) else",
     "guard OUT || !isServed || holdsPushLock(job) else"),
    ("index-lock", f"{V}/IndexAdmission", "guard store.holdsPushLock(job) || store.isCollecting else",
     "guard OUT || store.holdsPushLock(job) || store.isCollecting else"),
    # 5: the lock does not stay with a silent session.
    ("silence", f"{A}/Agent", "guard !store.holdsPushLocks || now", "guard OUT || !store.holdsPushLocks || now"),
    ("idle", f"{A}/Agent", "guard now - lastAsked", "guard OUT || now - lastAsked"),
    # 6: the owner's marks are the owner's.
    ("marks", f"{V}/LocalStoreService+Notes", "try rights.check(id.kind, key.path)",
     "if !OUT { try rights.check(id.kind, key.path) }"),
    ("adopt", f"{A}/Agent+Requests", "if id.kind == .adopted {", "if !OUT, id.kind == .adopted {"),
    # 7: numbers of notes are not used up.
    ("note-number", f"{V}/LocalStoreService+Notes", "guard id.number <= newest + 1 else",
     "guard OUT || id.number <= newest + 1 else"),
    ("proof-of-no-point", f"{V}/LocalStoreService+Notes", "try length(of: .point(job, id.number)) != nil",
     "try OUT ? true : length(of: .point(job, id.number)) != nil"),
    # 8: sizes are bounded.
    ("jobs", f"{V}/LocalStoreService", "if isServed, try jobs().count", "if !OUT, isServed, try jobs().count"),
    ("notes", f"{V}/LocalStoreService+Notes", "guard ids.count < StoreLimits", "guard OUT || ids.count < StoreLimits"),
    ("object-bytes", f"{S}/DirectoryStagedObject", "guard length + bytes.count <= kind",
     "guard OUT || length + bytes.count <= kind"),
    ("packs-and-frames", f"{V}/IndexAdmission",
     "guard packs.count <= StoreLimits.packsOfAJob, frames <= StoreLimits.framesOfAJob else",
     "guard OUT || packs.count <= StoreLimits.packsOfAJob, OUT || frames <= StoreLimits.framesOfAJob else"),
    ("quota", f"{V}/QuotaStore", "guard byteCount <= left else", "guard OUT || byteCount <= left else"),
    ("quota-of-all", f"{V}/QuotaStore", "guard found <= limit else", "guard OUT || found <= limit else"),
    ("quota-of-notes", f"{V}/QuotaStore", "guard known + note.count <=", "guard OUT || known + note.count <="),
    # 9: descriptors are bounded.
    ("shared-locks", f"{V}/LocalStoreService", "if isServed { releaseOldest(besides: job) }",
     "if isServed, !OUT { releaseOldest(besides: job) }"),
    ("push-locks", f"{V}/LocalStoreService", "guard !isServed || pushLocks.count <",
     "guard OUT || !isServed || pushLocks.count <"),
    # 10: indexes that say nothing are collected.
    ("useless-indexes", f"{G}/Collection+Indexes", "if try isUseless(", "if try OUT ? false : isUseless("),
    # 11: a point has a map.
    ("map", f"{V}/LocalStoreService+Commit",
     "try MapAdmission(self, repository, key).check(point, after: newestUndamaged)",
     "if !OUT { try MapAdmission(self, repository, key).check(point, after: newestUndamaged) }"),
    ("map-cover", f"{V}/MapAdmission", "if let gap = try firstGap", "if !OUT, let gap = try firstGap"),
    ("map-name", f"{V}/MapAdmission", "guard found.name == segment.name else",
     "guard OUT || found.name == segment.name else"),
    ("map-records", f"{V}/MapAdmission", "guard store.isServed else { return }",
     "guard store.isServed, !OUT else { return }"),
    ("map-of-unindexed", f"{V}/MapAdmission", "guard !locations.lacksIndexes else",
     "guard !OUT, !locations.lacksIndexes else"),
]

SWITCH = """internal import Platform

package func isLeftOut(_ rule: String) -> Bool { leftOut == rule }
private let leftOut = HostEnvironment().value("HYBRIDREP_MUTANT")
"""

sources = pathlib.Path(sys.argv[1]) / "Sources"
(sources / "OffsiteStore/Mutant.swift").write_text(SWITCH)
for name, file, old, new in RULES:
    path = sources / f"{file}.swift"
    text = path.read_text()
    if text.count(old) != 1:
        sys.exit(f"mutants: {file} has {text.count(old)} times what the rule {name} needs once: {old}")
    path.write_text(text.replace(old, new.replace("OUT", f'isLeftOut("{name}")')))
print(*(rule[0] for rule in RULES))
