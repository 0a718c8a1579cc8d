#!/usr/bin/python3
"""A disk that logs every write and flush, and what a power cut may leave of it.

  disk SIZE MOUNT LOG          serve MOUNT/disk, a file of SIZE bytes for a loop device, until MOUNT is unmounted. What is written
                               into MOUNT/mark becomes a mark between the writes.
  cut SEED LOG IMAGE [lies]    make the disk as a power cut at a random moment after the first mark may leave it, and print the
                               last mark before that moment. The disk keeps what it has flushed; of the writes since, each
                               4 KiB stays or goes by the toss of a coin. One that lies has not kept what it said it had flushed.

A log is records: kind (s: size, w: write, f: flush, m: mark), offset, length, as little-endian `<cQI`, then the bytes.
"""

import random
import struct
import sys

RECORD = struct.Struct("<cQI")
SECTOR = 4096


def records(log):
    """Yields (kind, offset, bytes)."""
    with open(log, "rb") as file:
        while header := file.read(RECORD.size):
            kind, offset, length = RECORD.unpack(header)
            yield kind, offset, file.read(length)


def cut(seed, log, image, lies=False):
    chance = random.Random(seed)
    written = list(records(log))
    marks = [i for i, (kind, _, _) in enumerate(written) if kind == b"m"]
    moment = chance.randint(marks[0] + 1, len(written))
    if lies:
        durable = chance.randint(marks[0], moment)
    else:
        durable = max(i for i in range(moment) if written[i][0] == b"f")
    with open(image, "wb") as file:
        file.truncate(written[0][1])
        for i, (kind, offset, data) in enumerate(written[:moment]):
            if kind != b"w":
                continue
            for at in range(0, len(data), SECTOR):
                if i < durable or chance.random() < 0.5:
                    file.seek(offset + at)
                    file.write(data[at : at + SECTOR])
    print(written[max(i for i in marks if i < moment)][2].decode().strip())


def serve(size, mount, log):
    import errno
    import stat

    import pyfuse3
    import trio

    root, disk, mark = pyfuse3.ROOT_INODE, 2, 3
    names = {b"disk": disk, b"mark": mark}
    out = open(log, "wb")

    def note(kind, offset=0, data=b""):
        out.write(RECORD.pack(kind, offset, len(data)))
        out.write(data)

    class Disk(pyfuse3.Operations):
        content = bytearray(size)

        async def getattr(self, inode, ctx=None):
            entry = pyfuse3.EntryAttributes()
            entry.st_ino = inode
            entry.st_mode = stat.S_IFDIR | 0o700 if inode == root else stat.S_IFREG | 0o600
            entry.st_size = size if inode == disk else 0
            entry.st_nlink = 1
            return entry

        async def setattr(self, inode, attr, fields, fh, ctx):
            return await self.getattr(inode)

        async def lookup(self, parent, name, ctx=None):
            if name not in names:
                raise pyfuse3.FUSEError(errno.ENOENT)
            return await self.getattr(names[name])

        async def open(self, inode, flags, ctx):
            return pyfuse3.FileInfo(fh=inode, direct_io=inode == mark)

        async def read(self, fh, offset, count):
            return bytes(self.content[offset : offset + count]) if fh == disk else b""

        async def write(self, fh, offset, data):
            if fh == disk:
                self.content[offset : offset + len(data)] = data
            note(b"w" if fh == disk else b"m", offset, bytes(data))
            return len(data)

        async def fsync(self, fh, datasync):
            note(b"f")

    note(b"s", size)
    pyfuse3.init(Disk(), mount, {"fsname=power-cuts"})
    try:
        trio.run(pyfuse3.main)
    finally:
        pyfuse3.close(unmount=False)
        out.close()


if __name__ == "__main__":
    if sys.argv[1] == "disk":
        serve(int(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        cut(sys.argv[2], sys.argv[3], sys.argv[4], "lies" in sys.argv[5:])
