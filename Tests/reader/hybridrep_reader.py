#!/usr/bin/env python3
"""Restore a point of a hybridrep store with nothing but its packs, maps and points.

    hybridrep_reader.py STORE JOB [GENERATION|latest] [-o FILE]   prove a point; with -o, write its image
    hybridrep_reader.py STORE JOB --list                          list the points, prove their chain

A second reader, written from docs/format/ alone; the comments name its files and sections. It needs Python's
standard library, and to decompress the module `zstandard` or else the program `zstd`.

Proved: header, length and digest of every object, SHA-256 of every pack and map that is read against its name,
ids of frames, receipts and the chain of points, the map's fingerprints against the image digest, and the image's
bytes against their fingerprints. XXH3 is not in the standard library; the 128 bits of the fingerprints are
computed below, at some megabytes a second. The check values of frames (XXH3, 64 bits) are not computed: the
SHA-256 of their pack covers the same bytes. Indexes, notes, tombs and signatures are not read.
"""
import argparse, bisect, collections, datetime, functools, glob, hashlib, os, re, struct, subprocess, sys, tempfile
try:
    import zstandard
except ImportError:
    zstandard = None
from xxh3 import fingerprint

MiB = 1 << 20
SIZE_MAX = 1 << 60


class Damage(Exception):
    """Something in the store is not as docs/format says, or what is asked for is not there."""


def check(condition, message):
    if not condition:
        raise Damage(message)


def sha256(data):
    return hashlib.sha256(data).digest()


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
        value = 0
        for index in range(9):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                check(byte or not index, f"{self.what}: varint not in its shortest form")
                check(value <= limit, f"{self.what}: {value} is above {limit}")
                return value
        raise Damage(f"{self.what}: varint of more than 9 bytes")

    def zigzag(self):
        value = self.varint()
        return -(value >> 1) - 1 if value & 1 else value >> 1

    def string(self, limit):
        try:
            return self.take(self.varint(limit)).decode("utf-8")
        except UnicodeDecodeError:
            raise Damage(f"{self.what}: a text is not UTF-8")

    def end(self):
        check(self.at == len(self.data), f"{self.what}: bytes behind the last field")


def read_file(path, limit):
    with open(path, "rb") as file:
        check(os.fstat(file.fileno()).st_size <= limit, f"{path}: longer than the {limit} bytes allowed")
        return file.read(limit)


def check_header(data, what, kind, job, store):
    magic, version, zero = data[:8], data[8:10], data[10:16]
    check(magic == b"HREP" + kind, f"{what}: not a {kind.decode()} object")
    check(version == b"\1\0", f"{what}: format version {int.from_bytes(version, 'little')} is not known")
    check(zero == bytes(6), f"{what}: reserved bytes of the header are not zero")
    check(job in (None, data[16:32]), f"{what}: is of another job")
    check(store in (None, data[32:48]), f"{what}: is of another store")


def check_trailer(trailer, what, length):
    magic, zero, last, said, zero2 = struct.unpack("<4sIQQQ", trailer[:32])
    check(magic == b"HEND" and not zero and not zero2, f"{what}: no trailer at its end")
    check(said == length, f"{what}: is {length} bytes, its trailer says {said}")
    return last


def sections(data, what, kind, known, job, store=bytes(16)):
    """The (tag, content) of an object's known sections, in order (store.md, section 2)."""
    check(len(data) >= 112, f"{what}: too short for an object")
    check_header(data, what, kind, job, store)
    last = check_trailer(data[-64:], what, len(data))
    check(sha256(data[:-32]) == data[-32:], f"{what}: digest in the trailer is not that of the object")
    found, at, before = [], 48, 0
    while at < len(data) - 64:
        cursor = Cursor(data[at:len(data) - 64], what)
        tag, flags, length = cursor.unpack("4sIQ")
        content, before, at = cursor.take(length), at, at + 16 + length
        check(tag in known or not flags & 1, f"{what}: unknown mandatory section {tag}")
        if tag in known:
            found.append((tag, content))
    check(last == before, f"{what}: the trailer names another last section")
    return found


def only(found, tag, what):
    """The content of a section that stands once; of several the first counts."""
    contents = [content for name, content in found if name == tag]
    check(contents, f"{what}: no section {tag.decode()}")
    return Cursor(contents[0], f"{what} {tag.decode()}")


def frame_list(cursor):
    """A frame list (pack.md, section 3) as frame ids of 16 bytes."""
    pushes = [cursor.take(8) for _ in range(cursor.varint(len(cursor.data)))]
    frames = []
    for _ in range(cursor.varint(len(cursor.data))):
        push = cursor.varint()
        check(push < len(pushes), f"{cursor.what}: no push {push}")
        frames.append(pushes[push] + struct.pack("<Q", cursor.varint()))
    check(len(set(frames)) == len(frames), f"{cursor.what}: a frame stands twice in a list")
    return frames


def unzstd(payload, prefix, length, what):
    """Decode one zstd frame with `prefix` before it to `length` bytes, never more than one byte beyond."""
    check(payload[:4] == b"\x28\xb5\x2f\xfd", f"{what}: payload is not a zstd frame")
    if zstandard:
        raw = zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if prefix else None
        try:
            data = zstandard.ZstdDecompressor(dict_data=raw).stream_reader(payload).read(length + 1)
        except zstandard.ZstdError as error:
            raise Damage(f"{what}: {error}")
    else:
        with tempfile.NamedTemporaryFile() as source, tempfile.NamedTemporaryFile() as base:
            for file, content in (source, payload), (base, prefix):
                file.write(content)
                file.flush()
            options = ["--patch-from=" + base.name] if prefix else []
            with subprocess.Popen(["zstd", "-dcq", *options, source.name], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) as program:
                data = program.stdout.read(length + 1)
                program.kill() if len(data) > length else None
            check(program.returncode == 0, f"{what}: zstd does not decode it")
    check(len(data) == length, f"{what}: decodes to other than {length} bytes")
    return data


class Packs:
    """All packs of a job: frames by id, records by frame and number (pack.md)."""

    def __init__(self, folder, job):
        self.places, self.proved, self.cache = collections.defaultdict(list), set(), collections.OrderedDict()
        for path in glob.glob(os.path.join(glob.escape(folder), "??", "*.pack")):
            name = os.path.basename(path)[:-5]
            if re.fullmatch("[0-9a-f]{64}", name) and name[:2] == os.path.basename(os.path.dirname(path)):
                self.read_footer(path, job)

    def read_footer(self, path, job):  # pack.md, section 4
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            check(112 <= size <= 256 * MiB, f"{path}: {size} bytes cannot be a pack")
            header = file.read(48)
            check_header(header, path, b"PACK", job, bytes(16))
            file.seek(size - 64)
            trailer = file.read(64)
            last = check_trailer(trailer, path, size)
            check(48 <= last <= size - 80 and size - 80 - last <= MiB, f"{path}: no place for a footer")
            file.seek(last)
            foot = file.read(size - 64 - last)
        check(sha256(header + foot + trailer[:32]) == trailer[32:], f"{path}: footer does not have its digest")
        cursor = Cursor(foot, f"{path} footer")
        tag, _, length = cursor.unpack("4sIQ")
        check(tag == b"FOOT" and length == len(foot) - 16, f"{path}: the last section is not its footer")
        for _ in range(cursor.varint()):
            place = cursor.take(16), cursor.varint(), cursor.varint(2 * MiB + 40), cursor.varint(65536)
            check(64 <= place[1] <= last - place[2], f"{path}: a frame lies outside of the pack")
            self.places[place[0]].append((path, *place[1:]))
        cursor.end()

    @functools.lru_cache(maxsize=64)
    def frame(self, path, offset, size, rows, frame):
        """The rows (codec, length, payload, slices) of one copy of a frame (pack.md, sections 2 and 3)."""
        with open(path, "rb") as file:
            if path not in self.proved:
                digest = hashlib.sha256()
                while chunk := file.read(MiB):
                    digest.update(chunk)
                check(digest.hexdigest() == os.path.basename(path)[:-5], f"{path}: SHA-256 is not its name")
                self.proved.add(path)
            file.seek(offset - 16)
            cursor = Cursor(file.read(16 + size), f"{path} frame at {offset}")
        tag, _, length, found, cipher, flags, zero, count, table_size, zero2, _ = cursor.unpack("4sIQ16sBBHIIIQ")
        check(tag == b"FRAM" and length == size and found == frame, f"{cursor.what}: is not the frame looked for")
        check((cipher, flags & ~1, zero, zero2, count) == (0, 0, 0, 0, rows), f"{cursor.what}: bad header")
        table = Cursor(cursor.take(table_size), cursor.what)
        bases, result, end = frame_list(table), [], 0
        for _ in range(count):
            codec, origin = table.take(1)[0], end + table.zigzag()
            length, stored, slices = table.varint(MiB), table.varint(MiB), []
            check(codec <= 2 and 0 <= origin <= SIZE_MAX, f"{cursor.what}: bad record")
            if codec == 2:
                slices = [[table.varint() for _ in range(4)] for _ in range(table.varint(4))]
                check(slices and all(s[0] < len(bases) for s in slices), f"{cursor.what}: bad slices")
            check(stored or not length or flags, f"{cursor.what}: a payload is missing")
            result.append((codec, length, cursor.take(stored), [(bases[s[0]], *s[1:]) for s in slices]))
            end = origin + length
        table.end()
        cursor.end()
        return result

    def record(self, frame, number, depth=0):
        """The decoded bytes of a record (pack.md, section 3, "Decoding")."""
        key, what = (frame, number), f"record {number} of frame {frame.hex()}"
        if key in self.cache:
            return self.cache[key]
        check(depth < 256, f"{what}: more than 256 bases deep")
        for place in self.places[frame]:
            rows = self.frame(*place, frame)
            check(number < len(rows), f"{what}: is not in its frame")
            codec, length, payload, slices = rows[number]
            if payload or not length:
                break
        else:
            raise Damage(f"{what}: is in no pack")
        prefix = b"".join(self.slice(*part, depth + 1) for part in slices)
        data = unzstd(payload, prefix, length, what) if codec else payload
        check(len(data) == length, f"{what}: stored bytes are not as long as their record")
        self.cache[key] = data
        if len(self.cache) > 256:
            self.cache.popitem(last=False)
        return data

    def slice(self, frame, number, offset, length, depth=0):
        data = self.record(frame, number, depth)
        check(offset + length <= len(data), f"a slice ends behind record {number} of frame {frame.hex()}")
        return data[offset:offset + length]


def read_segment(path, name, size, job):
    """Entries (start, end, frame, record, offset) and runs (start, end, blocks or source) of a map (map.md)."""
    data = read_file(path, 1024 * MiB)
    check(len(data) == size and sha256(data) == name, f"{path}: length or SHA-256 is not what the point names")
    found = sections(data, path, b"MAPS", (b"FRMS", b"ENTS", b"RUNS", b"FPRT"), job)
    public, entries, runs, used = only(found, b"FRMS", path), [], [], set()
    frames = frame_list(public)
    marks = [public.take(public.varint(8192)) for _ in frames]
    public.end()
    for cursor in (Cursor(content, f"{path} ENTS") for tag, content in found if tag == b"ENTS"):
        end = 0
        for _ in range(cursor.varint(65536)):
            start = end + cursor.varint()
            end, which = start + cursor.varint(), cursor.varint(len(frames))
            check((entries[-1][1] if entries else 0) <= start < end <= SIZE_MAX, f"{path}: entries overlap")
            record, offset, _ = [cursor.varint() for _ in range(3)] if which else (0, 0, 0)
            entries.append((start, end, frames[which - 1] if which else None, record, offset))
            used.add((which - 1, record)) if which else None
        cursor.end()
    marked = {(i, r) for i, bits in enumerate(marks) for r in range(8 * len(bits)) if bits[r // 8] >> r % 8 & 1}
    check(used == marked, f"{path}: entries refer to other records than FRMS says")
    prints = Cursor(b"".join(content for tag, content in found if tag == b"FPRT"), f"{path} FPRT")
    cursor, end = only(found, b"RUNS", path), 0
    for _ in range(cursor.varint()):
        start = end + cursor.varint()
        end, block, kind = start + cursor.varint(), cursor.varint(MiB), cursor.varint(2)
        check(start < end <= SIZE_MAX and block, f"{path}: bad run")
        grid = () if kind == 2 else ((at, min(at + block, end)) for at in range(start, end, block))
        runs.append((start, end, cursor.varint() if kind == 2 else
                     [(a, b, prints.take(16) if kind else None) for a, b in grid]))
    cursor.end()
    prints.end()
    return entries, runs


def lay_entries(below, above):  # map.md, section 3
    kept, first = [], 0
    for start, end, frame, record, offset in below:
        while first < len(above) and above[first][1] <= start:
            first += 1
        at, index = start, first
        while at < end:
            over = above[index] if index < len(above) else (end, end)
            if over[0] > at:
                kept.append((at, min(over[0], end), frame, record, offset + at - start))
            at, index = max(at, over[1]) if over[0] < end else end, index + 1
    return sorted(kept + above)


def lay_runs(below, runs):  # map.md, section 4; `below` and the result are blocks (start, end, fingerprint)
    starts, result = [run[0] for run in runs], []
    for block in below:
        index = bisect.bisect_left(starts, block[1]) - 1
        if index < 0 or runs[index][1] <= block[0]:
            result.append(block)
    for start, end, blocks in runs:
        if isinstance(blocks, int):
            source, first = blocks, bisect.bisect_left(below, (blocks,))
            last = bisect.bisect_right(below, source + end - start, key=lambda block: block[1])
            blocks = [(a - source + start, b - source + start, mark) for a, b, mark in below[first:last]]
        result += blocks
    return sorted(result, key=lambda block: block[0])


def read_points(folder, job, store):
    """All points by generation, each proved with its receipt and its parent (point.md, sections 1 to 3)."""
    points = {}
    for name in sorted(os.listdir(folder)):
        if not re.fullmatch(r"[0-9a-f]{16}\.point", name):
            continue
        path = os.path.join(folder, name)
        data = read_file(path, 64 * MiB + 80)
        whole, receipt = data[:-80], data[-80:]
        check(len(receipt) == 80 and receipt[:8] == b"HRCV\1\0\0\0" and receipt[16:48] == sha256(whole)
              and receipt[48:] == sha256(receipt[:48]), f"{path}: receipt does not belong to the point")
        found = sections(whole, path, b"POIN", (b"PUBL", b"PRIV"), job, store)
        public, private = only(found, b"PUBL", path), only(found, b"PRIV", path)
        names = "generation parent parent_digest kind health zero time length digest"
        point = argparse.Namespace(**dict(zip(names.split(), public.unpack("QQ32sBBHqQ32s"))), object=sha256(whole))
        check(point.kind < 2 and point.health < 3 and not point.zero, f"{path}: bad kind or health")
        check(point.generation == int(name[:16], 16) > point.parent, f"{path}: bad generation")
        figures = [public.varint() for _ in range(6)]
        public.string(256)
        point.segments = [(public.take(32), public.varint()) for _ in range(public.varint(8))]
        public.end()
        point.blocks, at = [], 0
        point.extents = []
        for _ in range(private.varint(1 << 20)):
            check(private.take(1)[0] < 2, f"{path}: bad extent")
            private.string(4096)
            length, block = private.varint(SIZE_MAX), private.varint(MiB)
            check(block, f"{path}: an extent without a block size")
            point.extents.append((at, length, block))
            at += length
        private.take(private.varint(MiB))
        private.end()
        check(at == point.length, f"{path}: extents are not as long as the image")
        check(figures[0] == sum(-(-n // b) for _, n, b in point.extents), f"{path}: bad count of blocks")
        when = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=point.time // 10**9)
        point.name = f"{point.generation}-{when:%Y%m%dT%H%M%SZ}"
        points[point.generation] = point
    for point in points.values():
        parent = points.get(point.parent)
        if parent:
            check(point.parent_digest == parent.object, f"point {point.generation}: parent is not point {point.parent}")
        check(point.parent or point.parent_digest == bytes(32), f"point {point.generation}: bad parent")
    return points


def restore(folder, point, job, secret, output):
    """Prove a point's image and write it to the file `output`, if any (point.md, section 5)."""
    entries, known, packs = [], [], Packs(os.path.join(folder, "packs"), job)
    for name, size in reversed(point.segments):
        path = os.path.join(folder, "maps", name.hex() + ".map")
        above, runs = read_segment(path, name, size, job)
        entries, known = lay_entries(entries, above), lay_runs(known, runs)
    known = {block[0]: block[1:] for block in known}
    zero_mark = functools.lru_cache(lambda length: fingerprint(bytes(length), secret))
    digest = hashlib.sha256(b"hybridrep image 1" + struct.pack("<QQ", point.length, len(point.extents)))
    digest.update(b"".join(struct.pack("<QQQ", *extent) for extent in point.extents))
    index = unknown = 0
    for at, size, block in point.extents:
        for start in range(at, at + size, block):
            end, data = min(start + block, at + size), b""
            while start + len(data) < end:
                here = start + len(data)
                while index < len(entries) and entries[index][1] <= here:
                    index += 1
                check(index < len(entries) and entries[index][0] <= here, f"no entry covers byte {here}")
                first, stop, frame, record, offset = entries[index]
                count = min(stop, end) - here
                data += packs.slice(frame, record, offset + here - first, count) if frame else bytes(count)
            is_zero = data == bytes(len(data))
            mark = zero_mark(len(data)) if is_zero else fingerprint(data, secret)
            said_end, said = known.get(start, (0, None))
            if said_end == end:
                check(is_zero if said is None else said == mark, f"bytes at {start} are not those of the map's run")
            unknown += said_end != end
            digest.update(mark)
            if output and not is_zero:
                output.seek(start)
                output.write(data)
    check(digest.digest() == point.digest, f"image digest of point {point.generation} is another")
    if output:
        output.truncate(point.length)
    return unknown


def main():
    parser = argparse.ArgumentParser(description="Prove and restore a point of a hybridrep store.")
    parser.add_argument("store")
    parser.add_argument("job")
    parser.add_argument("generation", nargs="?", default="latest", help="a number, a point's name, or latest")
    parser.add_argument("-o", metavar="FILE", help="write the image to FILE, which must not exist")
    parser.add_argument("--list", action="store_true", help="list the points")
    options = parser.parse_args()
    check(re.fullmatch("[a-z0-9][a-z0-9._-]{0,63}", options.job), f"{options.job}: not a job's name")
    folder, path = os.path.join(options.store, "jobs", options.job), os.path.join(options.store, "STORE")
    data = read_file(path, 4096)
    only(sections(data, path, b"STOR", (b"PARM",), bytes(16), None), b"PARM", path).take(8)
    store, path = data[32:48], os.path.join(folder, "job")
    data = read_file(path, 4096)
    found, job = sections(data, path, b"JOBS", (b"PARM", b"SECR"), None, store), data[16:32]
    check(only(found, b"PARM", path).string(64) == options.job, f"{path}: is of a job with another name")
    secret = only(found, b"SECR", path).data
    check(len(secret) == 192, f"{path}: the secret does not have 192 bytes")
    points = read_points(os.path.join(folder, "points"), job, store)
    if options.list:
        for point in points.values():
            print(point.generation, point.name, point.length, "bytes,", ("full", "logs")[point.kind] + ",",
                  ("good", "damaged", "suspicious")[point.health] + ", parent", point.parent or "none",
                  "" if point.parent in points or not point.parent else "(not in the store)")
        return
    number = options.generation.split("-")[0]
    check(points and (number == "latest" or number.isdecimal()), "no such point")
    point = points.get(max(points) if number == "latest" else int(number))
    check(point, f"no point {number} in the store")
    if options.o:
        check(not os.path.lexists(options.o), f"{options.o}: exists already")
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(os.path.abspath(options.o))) as output:
            unknown = restore(folder, point, job, secret, output)
            output.flush()
            os.link(output.name, options.o)
    else:
        unknown = restore(folder, point, job, secret, None)
    print(f"point {point.generation}: {point.length} bytes proved, {unknown} blocks without a fingerprint in the map")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Damage, OSError) as error:
        sys.exit(f"hybridrep_reader: {error}")
