import Platform
import Testing

@Suite struct PathTextTests {
    @Test(
        "a path is taken apart",
        arguments: [
            ("/srv/db/mdb01.edb", "/srv/db", "mdb01.edb"), ("/mdb01.edb", "/", "mdb01.edb"),
            ("mdb01.edb", ".", "mdb01.edb"), ("db/mdb01.edb", "db", "mdb01.edb"),
            ("../mdb01.edb", "..", "mdb01.edb"), ("/srv/db/", "/srv", "db"),
            ("/srv//db//", "/srv", "db"), ("//db", "/", "db"), ("db/", ".", "db"), ("/", "/", "/"),
            ("//", "/", "//"), ("", ".", ""), ("..", ".", ".."), ("/é/\u{301}x/", "/é", "\u{301}x"),
            ("a/b/.", "a/b", "."),
        ])
    func parts(path: String, folder: String, name: String) {
        #expect(PathText.folder(of: path) == folder)
        #expect(PathText.name(of: path) == name)
    }
}
