"""A folder beside its place: many writers sweep up after each other and never a living one."""

from concurrent.futures import ThreadPoolExecutor

from tasks.beside import appears, beside


def test_many_writers_beside_each_other_lose_no_folder(tmp_path):
    def write(number):
        target = tmp_path / f"package-{number}"
        with beside(target) as folder:
            (folder / "member").write_bytes(b"")
            return appears(folder, target)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(write, range(400)))
    assert len(list(tmp_path.iterdir())) == 400
