"""The pipe between a station and a host, or two stations: TLS with a client certificate, one CA for each party.

A party's CA issues its certificates **directly**; no chain longer than that is taken for it. So which party is at the other
end is decided by whose CA key signed, never by a name that somebody wrote into a certificate. The pipe only says who is
connected; what is on record is signed by other keys (docs/formats/identity.md).
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from detente.errors import Refused, problem

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 398


class CertifiedKey(NamedTuple):
    """A certificate and its private key, both as PEM."""

    certificate: bytes
    key: bytes


def make_authority(party: str, now: datetime | None = None) -> CertifiedKey:
    """Draw a party's CA: an ECDSA P-256 key and its self-signed certificate."""
    now = now or datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{party} authority")
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pair(certificate, key)


def issue(authority: CertifiedKey, subject: str, names: Sequence[str], now: datetime | None = None) -> CertifiedKey:
    """Issue a certificate for client and server use. `names` are host names and IP addresses it may serve under."""
    now = now or datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    issuer_key = serialization.load_pem_private_key(authority.key, None)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
        raise Refused([problem("tls-key", "authority", "", "must be an EC key", "Make the authority with `keys`")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        _builder(_name(subject), issuer.subject, key.public_key(), now, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return _pair(certificate, key)


def server_context(certificate: Path, key: Path, authorities: Mapping[str, bytes]) -> ssl.SSLContext:
    """Return a context that serves with a certificate and takes only clients of the given parties' CAs (PEM by party)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    _load(context, certificate, key, authorities)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(certificate: Path, key: Path, authorities: Mapping[str, bytes]) -> ssl.SSLContext:
    """Return a context that shows a certificate, and takes only servers whose certificate one of these CAs issued."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    _load(context, certificate, key, authorities)
    return context


def party_of_certificate(authorities: Mapping[str, bytes]) -> Callable[[bytes], str | None]:
    """Return a function from a peer's certificate (DER) to the party whose CA directly issued it, or None."""
    known = [(party, x509.load_pem_x509_certificate(pem)) for party, pem in sorted(authorities.items())]

    def party_of(der: bytes) -> str | None:
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError:
            return None
        for party, authority in known:
            try:
                certificate.verify_directly_issued_by(authority)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return party
        return None

    return party_of


def _load(context: ssl.SSLContext, certificate: Path, key: Path, authorities: Mapping[str, bytes]) -> None:
    try:
        context.load_cert_chain(certificate, key)
        for pem in authorities.values():
            context.load_verify_locations(cadata=pem.decode("ascii"))
    except (OSError, ssl.SSLError, UnicodeDecodeError) as error:
        rule = f"must be readable PEM, the key belonging to the certificate ({error})"
        raise Refused([problem("tls-files", "tls", str(certificate), rule, "Issue the certificate again")]) from None


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        content_commitment=False,
        crl_sign=sign_certificates,
        data_encipherment=False,
        decipher_only=False,
        digital_signature=not sign_certificates,
        encipher_only=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        key_encipherment=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> CertifiedKey:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return CertifiedKey(certificate.public_bytes(serialization.Encoding.PEM), private)
