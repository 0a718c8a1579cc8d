#!/usr/bin/env python3
"""Restore a point of a hybridrep store with nothing but its packs, maps and points.

    hybridrep_reader.py STORE JOB [GENERATION|latest] [-o FILE]   prove a point; with -o, write its image
    hybridrep_reader.py STORE JOB --list                          list the points and prove their chain

A second reader, written from docs/format/ alone. Needs Python 3.11, and the module `zstandard` or the program `zstd`.
Proves all framing, digests and receipts it reads, the chain of points, SHA-256 of packs and maps, and that the map's
fingerprints make the image digest (unless blocks are zero or off their grid: theirs are not stored). It has no XXH3, so bytes are not
fingerprinted again, and check values of frames are left to the SHA-256 of their pack.
"""
import argparse, bisect, collections, datetime, functools, glob, os, re, struct, subprocess, sys, tempfile
from hashlib import file_digest, sha256
try:
    import zstandard
except ImportError:
    zstandard = None

MiB, SIZE_MAX = 1 << 20, 1 << 60
SECTIONS = {b"POIN": [b"PUBL", b"PRIV"], b"MAPS": [b"FRMS", b"RUNS"]}

def check(condition, message):
    if not condition:
        raise ValueError(message)  # damage, or what is asked for is not there

def read_file(path, limit):
    with open(path, "rb") as file:
        check(os.fstat(file.fileno()).st_size <= limit, f"{path}: longer than the {limit} bytes allowed")
        return file.read()

class Cursor:
    """Reads values from the front of some bytes (store.md, section 2, "Values")."""
    def __init__(self, data, what):
        self.data, self.at, self.what = data, 0, what

    def take(self, count):
        check(count <= len(self.data) - self.at, f"{self.what}: ends early")
        self.at += count
        return self.data[self.at - count:self.at]
    def unpack(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
    def varint(self, limit=(1 << 63) - 1):
        start = self.at
        while self.take(1)[0] > 127: pass
        digits = self.data[start:self.at]
        value = sum((byte & 127) << 7 * index for index, byte in enumerate(digits))
        check(len(digits) < 10 and (digits[-1] or len(digits) == 1) and value <= limit, f"{self.what}: bad varint")
        return value
    def varints(self, count):
        return [self.varint() for _ in range(count)]
    def string(self, limit):
        return self.take(self.varint(limit)).decode("utf-8")
    def frame_list(self):  # pack.md, section 3; a frame's id is the 16 bytes of its push and counter
        pushes = [self.take(8) for _ in range(self.varint())]
        last = len(pushes) - 1
        frames = [pushes[self.varint(last)] + struct.pack("<Q", self.varint()) for _ in range(self.varint())]
        check(len(set(frames)) == len(frames), f"{self.what}: a frame stands twice in a list")
        return frames
    def end(self):
        check(self.at == len(self.data), f"{self.what}: bytes behind the last field")

def check_framing(header, trailer, size, what, kind, job, store):
    """Check header and trailer (store.md, section 2); `None` for any id. The last section's offset."""
    check(size >= 112 and header[:8] == b"HREP" + kind, f"{what}: not a {kind.decode()} object")
    check(header[8:16] == struct.pack("<Q", 1), f"{what}: format version {header[8]} or what follows is not known")
    check(job in (None, header[16:32]) and store in (None, header[32:]), f"{what}: is of another job or store")
    magic, last, length, zero = struct.unpack("<QQQQ", trailer[:32])
    check((magic, length, zero) == (0x444E4548, size, 0), f"{what}: no trailer for its {size} bytes")
    return last

def sections(data, what, kind, job, store=bytes(16)):
    """The contents of an object's sections as tag → cursors (store.md, section 2)."""
    last = check_framing(data[:48], data[-64:], len(data), what, kind, job, store)
    check(sha256(data[:-32]).digest() == data[-32:], f"{what}: does not have the digest in its trailer")
    cursor, found, start = Cursor(data[48:-64], what), collections.defaultdict(list), -48
    while cursor.at < len(cursor.data):
        start = cursor.at
        tag, flags, length = cursor.unpack("4sIQ")
        check(tag in [*SECTIONS[kind], b"ENTS", b"FPRT", b"FULL"] or not flags & 1, f"{what}: unknown mandatory section {tag}")
        found[tag].append(Cursor(cursor.take(length), f"{what} section {tag}"))
    check(last == 48 + start, f"{what}: the trailer names another last section")
    check(all(tag in found for tag in SECTIONS[kind]), f"{what}: lacks a section")
    return found

def unzstd(payload, prefix, length):
    """Decode one zstd frame that has the raw bytes `prefix` before it, to at most one byte above `length`."""
    if zstandard:
        raw = zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if prefix else None
        return zstandard.ZstdDecompressor(dict_data=raw).stream_reader(payload).read(length + 1)
    with tempfile.NamedTemporaryFile() as source, tempfile.NamedTemporaryFile() as base:
        for file, content in (source, payload), (base, prefix):
            file.write(content), file.flush()
        command = ["zstd", "-dcq", source.name] + (["--patch-from=" + base.name] if prefix else [])
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
            data = program.stdout.read(length + 1)
        return b"" if program.returncode else data

class Packs:
    """All packs of a job: frames by id, records by frame and number (pack.md)."""
    def __init__(self, folder, job):
        self.places, self.proved = collections.defaultdict(list), set()
        for path in glob.glob(glob.escape(folder) + "/??/*.pack"):
            if re.search("/([0-9a-f]{2})/\\1[0-9a-f]{62}[.]pack$", path):
                self.read_footer(path, job)

    def read_footer(self, path, job):  # pack.md, section 4: read from the end, found by the trailer
        with open(path, "rb") as file:
            size, header = os.fstat(file.fileno()).st_size, file.read(48)
            file.seek(max(0, size - 64))
            last = check_framing(header, trailer := file.read(64), size, path, b"PACK", job, bytes(16))
            check(48 <= last <= size - 80 <= last + MiB and size <= 256 * MiB, f"{path}: has no place for a footer")
            file.seek(last)
            foot = Cursor(file.read(size - 64 - last), f"{path} footer")
        check(sha256(header + foot.data + trailer[:32]).digest() == trailer[32:], f"{path}: footer has another digest")
        check(foot.unpack("4s4xQ") == (b"FOOT", len(foot.data) - 16), f"{path}: the last section is not its footer")
        for _ in range(foot.varint()):
            frame, (offset, size, rows) = foot.take(16), foot.varints(3)
            check(64 <= offset <= last - size and size <= 2 * MiB + 40, f"{path}: a frame lies outside of it")
            self.places[frame].append((path, offset, size, rows, frame))
        foot.end()

    @functools.lru_cache(maxsize=64)
    def rows(self, path, offset, size, rows, frame):
        """The rows (codec, length, payload, slices) of one copy of a frame (pack.md, sections 2 and 3)."""
        with open(path, "rb") as file:
            proved = path in self.proved or file_digest(file, "sha256").hexdigest() == path[-69:-5]
            check(proved, f"{path}: SHA-256 is not its name")
            self.proved.add(path)
            file.seek(offset - 16)
            cursor = Cursor(file.read(16 + size), f"{path} frame at {offset}")
        tag, _, length, found, cipher, flags, z1, count, table_size, z2, _ = cursor.unpack("4sIQ16sBBHIIIQ")
        check((tag, length, found, count, cipher, flags & ~1, z1, z2) == (b"FRAM", size, frame, rows, 0, 0, 0, 0),
              f"{cursor.what}: is another, or has an unknown cipher or flag")
        table = Cursor(cursor.take(table_size), cursor.what)
        bases, result = table.frame_list(), []
        for _ in range(count):
            codec, (_, length, stored) = table.take(1)[0], table.varints(3)  # _: where in its image it once stood
            slices = [table.varints(4) for _ in range(table.varint(4))] if codec == 2 else []
            check(codec < 3 and length <= MiB and (stored or not length or flags) and all(
                slice[0] < len(bases) for slice in slices) and sum(slice[3] for slice in slices) <= MiB,
                  f"{cursor.what}: bad record")
            result.append((codec, length, cursor.take(stored), [(bases[s[0]], *s[1:]) for s in slices]))
        table.end(), cursor.end()
        return result

    @functools.lru_cache(maxsize=256)
    def record(self, frame, number):
        """The decoded bytes of a record (pack.md, section 3, "Decoding"); any copy with a payload will do."""
        copies = [self.rows(*place)[number] for place in self.places[frame] if number < place[3]]
        copies = [copy for copy in copies if copy[2] or not copy[1]]
        check(copies, f"no pack has record {number} of frame {frame.hex()}")
        codec, length, payload, slices = copies[0]
        data = unzstd(payload, b"".join([self.slice(*slice) for slice in slices]), length) if codec else payload
        check(len(data) == length, f"record {number} of frame {frame.hex()} does not decode to {length} bytes")
        return data

    def slice(self, frame, number, offset, length):
        data = self.record(frame, number)
        check(offset + length <= len(data), f"a slice ends behind record {number} of frame {frame.hex()}")
        return data[offset:offset + length]

def read_segment(path, name, size, job):
    """Entries (start, end, frame, record, offset) and runs (start, end, blocks or source) of a map (map.md)."""
    data, entries, runs, used = read_file(path, 1024 * MiB), [(0, 0)], [], set()
    check(len(data) == size and sha256(data).digest() == name, f"{path}: length or SHA-256 is not what the point names")
    found = sections(data, path, b"MAPS", job)
    public, cursor, end = found[b"FRMS"][0], found[b"RUNS"][0], 0
    frames = [None] + public.frame_list()
    marks = [public.take(public.varint(8192)) for _ in frames[1:]]
    for section in found[b"ENTS"]:
        at = 0
        for _ in range(section.varint(65536)):
            start = at + section.varint()
            at, which = start + section.varint(), section.varint(len(marks))
            record, offset, _ = section.varints(3) if which else (0, 0, 0)
            check(entries[-1][1] <= start < at <= SIZE_MAX, f"{path}: entries are empty or overlap")
            entries.append((start, at, frames[which], record, offset))
            used |= {(which, record)} if which else set()
        section.end()
    marked = {(f, r) for f, bits in enumerate(marks, 1) for r in range(8 * len(bits)) if bits[r // 8] >> r % 8 & 1}
    check(used == marked, f"{path}: its entries use other records than its public part says")
    prints = Cursor(b"".join(section.data for section in found[b"FPRT"]), f"{path} fingerprints")
    for _ in range(cursor.varint()):
        start = end + cursor.varint()
        end, block, kind = start + cursor.varint(), cursor.varint(MiB), cursor.varint(2)
        check(start < end <= SIZE_MAX and block, f"{path}: a run is empty or has no blocks")
        runs.append((start, end, cursor.varint() if kind == 2 else [
            (at, min(at + block, end), prints.take(16) if kind else None) for at in range(start, end, block)]))
    public.end(), cursor.end(), prints.end()
    return entries[1:], runs

def find(maps, here, end):
    """The newest entry that covers byte `here`, and up to where below `end` it does (map.md, section 3)."""
    for entries in maps:
        index = bisect.bisect_right(entries, here, key=lambda entry: entry[0]) - 1
        if index >= 0 and here < entries[index][1]:
            return entries[index], min(end, entries[index][1])
        end = min([end] + [entry[0] for entry in entries[index + 1:index + 2]])
    raise ValueError(f"no entry covers byte {here} of the image")

def lay_runs(below, runs):  # map.md, section 4; `below` and the result are blocks (start, end, fingerprint)
    starts, ends = [run[0] for run in runs], [0] + [run[1] for run in runs]
    blocks = [block for block in below if ends[bisect.bisect_left(starts, block[1])] <= block[0]]  # none over it
    for start, end, content in runs:
        if isinstance(content, int):  # a moved run: the whole blocks below in `content ..< content + length`
            first = bisect.bisect_left(below, content, key=lambda block: block[0])
            last = bisect.bisect_right(below, content + end - start, key=lambda block: block[1])
            content = [(a + start - content, b + start - content, mark) for a, b, mark in below[first:last]]
        blocks += content
    return sorted(blocks, key=lambda block: block[0])

def read_point(path, job, store):
    """A point (point.md, sections 1 to 3), its extents as (offset, length, block size)."""
    data, point, at = read_file(path, 64 * MiB + 216), argparse.Namespace(extents=[]), 0
    size = 88 + int.from_bytes(data[-40:-36], "little") if data[-36:-32] == b"HRCM" else 80
    size = size if 88 < size <= 216 and sha256(data[-size:-32]).digest() == data[-32:] else 80
    whole, receipt, point.object = data[:-size], data[-size:], sha256(data[:-size]).digest()
    check(receipt[:8] + receipt[16:48] == b"HRCV" + (b"\2" if size > 80 else b"\1") + bytes(3) + point.object
          and sha256(receipt[:-32]).digest() == receipt[-32:], f"{path}: receipt is damaged or not of this point")
    found = sections(whole, path, b"POIN", job, store)
    public, private = found[b"PUBL"][0], found[b"PRIV"][0]
    (point.number, point.parent, point.parent_digest, point.kind, point.health, zero, point.time, point.length,
     point.digest) = public.unpack("QQ32sBBHqQ32s")
    blocks, _ = public.varints(6)[0], public.string(256)
    point.segments = [(public.take(32), public.varint()) for _ in range(public.varint(8))]
    for _ in range(private.varint(MiB)):
        (kind,), _, length, block = private.take(1), private.string(4096), *private.varints(2)
        check(kind < 2 and 0 < block <= MiB, f"{path}: bad extent")
        point.extents.append((at, length, block))
        at += length
    private.take(private.varint(MiB)), public.end(), private.end()
    check(point.kind == len(found[b"FULL"]), f"{path}: a log point names its full, and no full does")
    point.full = found[b"FULL"][0].unpack("Q")[0] if point.kind else point.number
    check(int(path[-22:-6], 16) == point.number > point.parent and point.kind < 2 and point.health < 3 and not zero,
          f"{path}: bad generation, kind or health")
    check(at == point.length <= SIZE_MAX and blocks == sum(-(-n // b) for _, n, b in point.extents),
          f"{path}: extents do not have the length or the blocks of the image")
    return point

def restore(folder, point, job, output):
    """Prove a point's image, and write it to `output` if given (point.md, section 5)."""
    maps, known, packs = [], [], Packs(f"{folder}/packs", job)
    for name, size in reversed(point.segments):
        entries, runs = read_segment(f"{folder}/maps/{name.hex()}.map", name, size, job)
        maps, known = [entries] + maps, lay_runs(known, runs)
    known, provable = {block[:2]: block[2] for block in known}, True
    digest = sha256(b"hybridrep image 1" + struct.pack("<QQ", point.length, len(point.extents)))
    digest.update(b"".join(struct.pack("<QQQ", *extent) for extent in point.extents))
    for start, end in ((a, min(a + b, at + n)) for at, n, b in point.extents for a in range(at, at + n, b)):
        data = b""
        while (here := start + len(data)) < end:
            (first, _, frame, record, offset), stop = find(maps, here, end)
            data += packs.slice(frame, record, offset + here - first, stop - here) if frame else bytes(stop - here)
        is_zero, mark = not data.strip(b"\0"), known.get((start, end), b"")
        check(is_zero or mark is not None, f"byte {start} is not zero as the map's fingerprint says")
        provable = provable and bool(mark)
        digest.update(mark or b"")
        if output and not is_zero:
            output.seek(start), output.write(data)
    check(not provable or digest.digest() == point.digest, f"image digest of point {point.number} is another")
    output and (output.truncate(point.length), output.flush())
    print(f"point {point.number}: {point.length} bytes" + (", image digest proved" if provable else ""))

def main():
    parser = argparse.ArgumentParser(description="Prove and restore a point of a hybridrep store.")
    parser.add_argument("store"), parser.add_argument("job")
    parser.add_argument("generation", nargs="?", default="latest", help="number, point's name, latest, or full: latest's")
    parser.add_argument("-o", metavar="FILE", help="write the image to FILE, which must not exist")
    parser.add_argument("--list", action="store_true", help="list the points")
    options = parser.parse_args()
    folder = f"{options.store}/jobs/{options.job}"
    paths = sorted(glob.glob(glob.escape(folder) + "/points/" + "[0-9a-f]" * 16 + ".point"))
    check(paths, f"{folder}/points: no points")
    first = read_file(paths[0], 64 * MiB + 216)  # store.md, section 2: the ids that all headers of the job have
    job, store = first[16:32], first[32:48]
    points = {point.number: point for point in (read_point(path, job, store) for path in paths)}
    for number, point in points.items():  # point.md, section 2: the parent may be gone
        expected = points[point.parent].object if point.parent in points else point.parent_digest
        check(point.parent_digest == (expected if point.parent else bytes(32)), f"point {number}: not of its parent")
        if options.list:
            when = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=point.time // 10**9)
            kind, health = ("full", "logs")[point.kind], ("good", "damaged", "suspicious")[point.health]
            print(f"{number}-{when:%Y%m%dT%H%M%SZ} {kind} {point.length} bytes, {health}, parent {point.parent}")
    if options.list:
        return
    newest = max(points)
    number = options.generation.split("-")[0].replace("latest", str(newest)).replace("full", str(points[newest].full))
    point = points.get(int(number) if number.isdecimal() else 0)
    check(point, f"no point {options.generation} of job {options.job}")
    check(not options.o or not os.path.lexists(options.o), f"{options.o}: exists already")
    output = tempfile.NamedTemporaryFile(dir=os.path.dirname(options.o) or ".") if options.o else None
    restore(folder, point, job, output)
    output and os.link(output.name, options.o)  # named only when proved, and never in place of another file

if __name__ == "__main__":
    sys.setrecursionlimit(256 * 8)  # pack.md, section 3: bases 256 deep
    try:
        main()
    except (OSError, ValueError, RecursionError, MemoryError, zstandard.ZstdError if zstandard else OSError) as error:
        sys.exit(f"hybridrep_reader: {error or type(error).__name__}")
