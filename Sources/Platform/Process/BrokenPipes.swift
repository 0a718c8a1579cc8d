internal import Glibc

/// Makes a write to a closed pipe or socket an error (`EPIPE`) instead of the end of this program.
///
/// Process-wide, and harmless to repeat: `main` calls it, and every transport makes sure. Programs started by
/// `ChildProcess` get the default action back.
package func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
}
