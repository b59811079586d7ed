"""The keys of every server in the matrix; they open nothing anywhere else."""

TOKEN, PUBLIC, RECOUP = "tr_dev_4f2a91c07be3", "pk_dev_93bc5510aa27", "recoup_sk_71d0e8f2"
KEYS = {"token": TOKEN, "public_token": PUBLIC, "recoup_token": RECOUP}
