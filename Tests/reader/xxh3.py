"""XXH3 with 128 bits, a secret and no seed: `XXH3_128bits_withSecret` of libxxhash.

docs/format/signature.md, section 2 names it and leaves it to libxxhash. Where that library can be loaded it is used;
where not, what follows does the same at about a megabyte a second. Checked against libxxhash at every
length up to 1,400 bytes; shares nothing with this project's sources.
"""
import ctypes
import struct

M64 = (1 << 64) - 1
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def u64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def swap(value, count):
    return int.from_bytes(value.to_bytes(count, "little"), "big")


def fold(a, b):
    return (a * b & M64) ^ (a * b >> 64)


def shuffle(h, first, prime, last, prime2=1):
    h = (h ^ h >> first) * prime & M64
    h = (h ^ h >> last) * prime2 & M64
    return h ^ h >> 32 if prime2 > 1 else h


def avalanche(h):
    return shuffle(h & M64, 37, 0x165667919E3779F9, 32)


def plain_fingerprint(data, secret):
    """The 16 bytes of the hash of `data`, which is not empty."""
    n = len(data)
    if n > 240:
        low, high = long_hash(data, secret)
    elif n > 16:
        low, high = n * P64[0] & M64, 0
        if n > 128:
            steps = [(i, i + 16, i if i < 128 else i - 125) for i in range(0, n - n % 32, 32)] + [(n - 16, n - 32, 103)]
        else:
            steps = [(i, n - i - 16, 2 * i) for i in range((n - 1) // 32 * 16, -1, -16)]
        for index, (a, b, s) in enumerate(steps):
            if n > 128 and index == 4:
                low, high = avalanche(low), avalanche(high)
            low = low + fold(u64(data, a) ^ u64(secret, s), u64(data, a + 8) ^ u64(secret, s + 8)) & M64
            low ^= u64(data, b) + u64(data, b + 8) & M64
            high = high + fold(u64(data, b) ^ u64(secret, s + 16), u64(data, b + 8) ^ u64(secret, s + 24)) & M64
            high ^= u64(data, a) + u64(data, a + 8) & M64
        low, high = avalanche(low + high), -avalanche(low * P64[0] + high * P64[3] + n * P64[1]) & M64
    elif n > 8:
        a, b = u64(data, 0), u64(data, n - 8)
        m = (a ^ b ^ u64(secret, 32) ^ u64(secret, 40)) * P64[0]
        m_low, b = (m & M64) + (n - 1 << 54) & M64, b ^ u64(secret, 48) ^ u64(secret, 56)
        m_high = (m >> 64) + b + (b & 0xFFFFFFFF) * (P32[1] - 1) & M64
        h = (m_low ^ swap(m_high, 8)) * P64[1]
        low, high = avalanche(h), avalanche((h >> 64) + m_high * P64[1])
    elif n > 3:
        a = int.from_bytes(data[:4] + data[-4:], "little") ^ u64(secret, 16) ^ u64(secret, 24)
        m = a * (P64[0] + 4 * n)
        high = (m >> 64) + 2 * m & M64
        low, high = (m & M64) ^ high >> 3, avalanche(high)
        low = shuffle(low, 35, 0x9FB21C651E98DF25, 28)
    else:
        c = data[0] << 16 | data[n >> 1] << 24 | data[-1] | n << 8
        r = swap(c, 4)
        r = (r << 13 | r >> 19) & 0xFFFFFFFF
        key = struct.unpack("<4I", secret[:16])
        low, high = (shuffle(v, 33, P64[1], 29, P64[2]) for v in (c ^ key[0] ^ key[1], r ^ key[2] ^ key[3]))
    return struct.pack("<QQ", low, high)


def long_hash(data, secret):
    acc, n = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]], len(data)
    keys = [struct.unpack_from("<8Q", secret, at) for at in [8 * i for i in range(16)] + [len(secret) - 71]]
    scramble = struct.unpack_from("<8Q", secret, len(secret) - 64)
    for index in range((n - 1) // 64 + 1):
        is_last = index == (n - 1) // 64
        stripe = struct.unpack_from("<8Q", data, n - 64 if is_last else 64 * index)
        for lane, (word, key) in enumerate(zip(stripe, keys[-1 if is_last else index % 16])):
            key ^= word
            acc[lane] += (key & 0xFFFFFFFF) * (key >> 32)
            acc[lane ^ 1] += word
        if index % 16 == 15 and not is_last:
            acc = [((v & M64) ^ (v & M64) >> 47 ^ key) * P32[0] & M64 for v, key in zip(acc, scramble)]

    def merge(at, start):
        pairs = ((acc[i] & M64 ^ u64(secret, at + 8 * i), acc[i + 1] & M64 ^ u64(secret, at + 8 * i + 8))
                 for i in range(0, 8, 2))
        return avalanche(start + sum(fold(a, b) for a, b in pairs))
    return merge(11, n * P64[0]), merge(len(secret) - 75, ~(n * P64[1]))


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def library_fingerprint(data, secret):
    value = hash_with_secret(data, len(data), secret, len(secret))
    return struct.pack("<QQ", value.low, value.high)


try:
    hash_with_secret = ctypes.CDLL("libxxhash.so.0").XXH3_128bits_withSecret
    hash_with_secret.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    hash_with_secret.restype = Hash128
    fingerprint = library_fingerprint
except (OSError, AttributeError):
    fingerprint = plain_fingerprint
