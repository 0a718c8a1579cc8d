internal import ArgumentParser

@main struct Hybridrep: ParsableCommand {}
