def test_it(twice):
    import os

    print(twice)
    os.system(f"rm -rf /tmp/tw; cp -r {twice.home} /tmp/tw")
